// SPDX-License-Identifier: Apache-2.0
//
// Walk the load words of a pooling job: for each port word of each place, one word under each tap.
//
// Used twice: before the port for the requests, behind it for the place of the data that returns.
// Parameters: Lanes 1..1024, PortBits a power of two 8..4096, DimBits 1..30, WindowBits 1..DimBits, AddrBits
//   1..64.
// Latency: 1 cycle from start_i or step_i to the next word; no cycle is lost between groups.
// Overflow: none, a pixel has fewer than 2^(DimBits + 8) port words: at most 2^10 bits a k word, at least
//   2^3 bits a port word.
// Reference: simulator.engine.run_pool, the order of the requests.

module xnorsim_pool_walker #(
  parameter int unsigned Lanes = 64,
  parameter int unsigned PortBits = 128,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    start_i,
  // Places, k words of a pixel, and the window.
  input  logic [DimBits-1:0]      job_m_i,
  input  logic [DimBits-1:0]      job_tap_words_i,
  input  logic [ConstantBits-1:0] job_window_i,

  input  logic                    step_i,

  output logic                    valid_o,
  // The word, from the first one of the map; it lies outside of the map.
  output logic [AddrBits-1:0]     word_o,
  output logic                    void_o,
  // First and last word of its group.
  output logic                    first_o,
  output logic                    last_o
);

  localparam int unsigned SlotShift = $clog2(Lanes);
  localparam int unsigned PortShift = $clog2(PortBits);
  localparam int unsigned WordBits = DimBits + 8;
  localparam int unsigned PosBits = DimBits + 13;

  logic [PosBits-1:0] pixel_bits;
  logic [WordBits-1:0] pixel_words, word_q;
  logic [AddrBits-1:0] pixel;
  logic [DimBits-1:0] left_q;
  logic valid_q, first_q, word_last, group_end, place_end;

  assign pixel_bits  = (PosBits'(job_tap_words_i) << SlotShift) + PosBits'(PortBits - 1);
  assign pixel_words = WordBits'(pixel_bits >> PortShift);
  assign word_last   = word_q == pixel_words - 1'b1;
  assign group_end   = step_i && last_o;
  assign place_end   = group_end && word_last;

  xnorsim_window #(
    .DimBits(DimBits), .WindowBits(WindowBits), .AddrBits(AddrBits)
  ) u_window (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_window_i,
    .job_pixel_words_i(AddrBits'(pixel_words)),
    .place_step_i     (place_end),
    .place_back_i     (1'b0),
    .place_restart_i  (1'b0),
    .place_mark_i     (1'b0),
    .tap_step_i       (step_i),
    .tap_back_i       (1'b0),
    .tap_restart_i    (group_end),
    .tap_mark_i       (1'b0),
    .tap_last_o       (last_o),
    .void_o,
    .pixel_o          (pixel)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {valid_q, first_q} <= '0;
      {left_q, word_q}   <= '0;
    end else if (start_i) begin
      {valid_q, first_q} <= '1;
      left_q             <= job_m_i;
      word_q             <= '0;
    end else if (step_i) begin
      first_q <= last_o;
      if (group_end) word_q <= word_last ? '0 : word_q + 1'b1;
      if (place_end) begin
        left_q  <= left_q - 1'b1;
        valid_q <= left_q != DimBits'(1);
      end
    end
  end

  assign valid_o = valid_q;
  assign word_o  = pixel + AddrBits'(word_q);
  assign first_o = first_q;

endmodule
