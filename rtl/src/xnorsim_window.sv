// SPDX-License-Identifier: Apache-2.0
//
// Address generator: the pixel under a tap of a window that moves over a map, and whether there is one.
//
// Places and taps go row by row. Each of the two steps to the next, goes back to the one that was marked
// or starts over, and marks the one that it comes to on request. Every step is an addition.
// Parameters: DimBits 1..30, WindowBits 1..DimBits, AddrBits 1..64.
// Latency: 1 cycle from a step to pixel_o and void_o.
// Overflow: none. A pixel under the window is less than 2^WindowBits before or behind a map of less than
//   2^DimBits, so that CoordBits tell both from the map; pixel_o is modulo 2^AddrBits where it is void.
// Reference: workloads.operations.Window, simulator.borders.inside.

module xnorsim_window #(
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    start_i,
  // Constants of the job: size of the map, places in a row; kernel, stride, padding, dilation, height
  // before width. Port words from a pixel to the next.
  input  logic [ConstantBits-1:0] job_window_i,
  input  logic [AddrBits-1:0]     job_pixel_words_i,

  input  logic                    place_step_i,
  input  logic                    place_back_i,
  input  logic                    place_restart_i,
  input  logic                    place_mark_i,
  input  logic                    tap_step_i,
  input  logic                    tap_back_i,
  input  logic                    tap_restart_i,
  input  logic                    tap_mark_i,

  output logic                    tap_last_o,
  output logic                    void_o,
  // First port word of the pixel, from that of the map.
  output logic [AddrBits-1:0]     pixel_o
);

  localparam int unsigned CoordBits = DimBits + 2;
  localparam int unsigned PlaceBits = DimBits + 2 * CoordBits + 2 * AddrBits;
  localparam int unsigned TapBits = 2 * WindowBits + 2 * CoordBits + 2 * AddrBits;

  logic [DimBits-1:0] height, width, places;
  logic [WindowBits-1:0] kernel_h, kernel_w, stride_h, stride_w;
  logic [WindowBits-1:0] padding_h, padding_w, dilation_h, dilation_w;
  assign {height, width, places, kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w,
          dilation_h, dilation_w} = job_window_i;

  // Products of constants only: port words of a row of pixels, and of each step.
  logic [AddrBits-1:0] row_words, first_addr, place_words, places_words, tap_words, taps_words;
  assign row_words    = AddrBits'(width) * job_pixel_words_i;
  assign first_addr   = -(AddrBits'(padding_h) * row_words + AddrBits'(padding_w) * job_pixel_words_i);
  assign place_words  = AddrBits'(stride_w) * job_pixel_words_i;
  assign places_words = AddrBits'(stride_h) * row_words;
  assign tap_words    = AddrBits'(dilation_w) * job_pixel_words_i;
  assign taps_words   = AddrBits'(dilation_h) * row_words;

  // A place: which of its row, the coordinates of its first tap, where that pixel lies and that of the
  // row's first place.
  logic [PlaceBits-1:0] place_q, place_mark_q, place_first, place_stepped, place;
  logic [DimBits-1:0] column;
  logic [CoordBits-1:0] y, x;
  logic [CoordBits-1:0] first_y, first_x, next_y, next_x;
  logic [AddrBits-1:0] place_row, place_addr, next_row;
  assign {column, y, x, place_row, place_addr} = place_q;
  assign first_y       = '0 - CoordBits'(padding_h);
  assign first_x       = '0 - CoordBits'(padding_w);
  assign next_y        = y + CoordBits'(stride_h);
  assign next_x        = x + CoordBits'(stride_w);
  assign next_row      = place_row + places_words;
  assign place_first   = {{DimBits{1'b0}}, first_y, first_x, first_addr, first_addr};
  assign place_stepped = (column == places - 1'b1)
      ? {{DimBits{1'b0}}, next_y, first_x, next_row, next_row}
      : {column + 1'b1, y, next_x, place_row, place_addr + place_words};
  assign place = (start_i || place_restart_i) ? place_first : place_back_i ? place_mark_q
               : place_step_i ? place_stepped : place_q;

  // A tap: which it is, how far it is from the first one, in pixels and in port words.
  logic [TapBits-1:0] tap_q, tap_mark_q, tap_stepped, tap;
  logic [WindowBits-1:0] tap_h, tap_w;
  logic [CoordBits-1:0] down, across, next_down, next_across;
  logic [AddrBits-1:0] tap_row, tap_addr, next_tap_row;
  logic tap_row_last;
  assign {tap_h, tap_w, down, across, tap_row, tap_addr} = tap_q;
  assign tap_row_last = tap_w == kernel_w - 1'b1;
  assign next_down    = down + CoordBits'(dilation_h);
  assign next_across  = across + CoordBits'(dilation_w);
  assign next_tap_row = tap_row + taps_words;
  assign tap_stepped  = tap_row_last
      ? {tap_h + 1'b1, {WindowBits{1'b0}}, next_down, {CoordBits{1'b0}}, next_tap_row, next_tap_row}
      : {tap_h, tap_w + 1'b1, down, next_across, tap_row, tap_addr + tap_words};
  assign tap = (start_i || tap_restart_i) ? '0 : tap_back_i ? tap_mark_q
             : tap_step_i ? tap_stepped : tap_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {place_q, place_mark_q} <= '0;
      {tap_q, tap_mark_q}     <= '0;
    end else begin
      place_q <= place;
      tap_q   <= tap;
      if (start_i || place_mark_i) place_mark_q <= place;
      if (start_i || tap_mark_i) tap_mark_q <= tap;
    end
  end

  logic [CoordBits-1:0] pixel_y, pixel_x;
  assign pixel_y = y + down;
  assign pixel_x = x + across;

  assign tap_last_o = tap_row_last && (tap_h == kernel_h - 1'b1);
  // What is before the map wraps around to far behind it.
  assign void_o     = (pixel_y >= CoordBits'(height)) || (pixel_x >= CoordBits'(width));
  assign pixel_o    = place_addr + tap_addr;

endmodule
