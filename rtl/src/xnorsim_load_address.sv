// SPDX-License-Identifier: Apache-2.0
//
// Address of each load word that xnorsim_load_walker comes to.
//
// Parameters: Cols 1..256, Lanes 1..1024, PortBits a power of two 8..4096, DimBits 1..30,
//   AddrBits 1..64, OffsetBits >= 1.
// Latency: 0 cycles from the walker's word to addr_o.
// Overflow: none if the job's operands lie within 2^AddrBits port words.
// Reference: simulator.layout.operand_row_words.

module xnorsim_load_address #(
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned PortBits = 128,
  parameter int unsigned DimBits = 20,
  parameter int unsigned AddrBits = 32,
  parameter int unsigned OffsetBits = 4
) (
  input  logic                  clk_i,
  input  logic                  start_i,
  input  logic [DimBits-1:0]    job_k_words_i,
  input  logic [DimBits-1:0]    job_tap_words_i,
  input  logic [3:0]            job_a_planes_i,
  input  logic [3:0]            job_b_planes_i,
  input  logic [AddrBits-1:0]   job_a_addr_i,
  input  logic [AddrBits-1:0]   job_b_addr_i,
  input  logic [AddrBits-1:0]   job_t_addr_i,

  // The walker's word, and its step to the next.
  input  logic                  step_i,
  input  logic                  thresholds_i,
  input  logic                  b_i,
  input  logic [AddrBits-1:0]   pixel_i,
  input  logic [AddrBits-1:0]   begin_i,
  input  logic [OffsetBits-1:0] offset_i,
  input  logic                  n_last_i,
  input  logic                  n_step_i,
  input  logic                  plane_end_i,
  input  logic                  row_end_i,
  input  logic                  load_last_i,
  input  logic                  tile_last_i,

  // Port words from a pixel to the next.
  output logic [AddrBits-1:0]   pixel_words_o,
  output logic [AddrBits-1:0]   addr_o
);

  localparam int unsigned SlotShift = $clog2(Lanes);
  localparam int unsigned PortShift = $clog2(PortBits);
  localparam int unsigned PosBits = DimBits + 13;

  // Port words from one plane of a row to the next: a row of A is a pixel, one of B has all taps.
  logic [PosBits-1:0] a_bits, b_bits;
  logic [AddrBits-1:0] a_stride, b_stride, b_tile;
  assign a_bits        = (PosBits'(job_tap_words_i) << SlotShift) + PosBits'(PortBits - 1);
  assign b_bits        = (PosBits'(job_k_words_i) << SlotShift) + PosBits'(PortBits - 1);
  assign a_stride      = AddrBits'(a_bits >> PortShift);
  assign b_stride      = AddrBits'(b_bits >> PortShift);
  assign pixel_words_o = AddrBits'(job_a_planes_i) * a_stride;
  assign b_tile        = AddrBits'(Cols) * AddrBits'(job_b_planes_i) * b_stride;

  // First row of the tile in B; from there, or from the pixel, the way to the current plane.
  logic [AddrBits-1:0] b_q, plane_q;

  always_ff @(posedge clk_i) begin
    if (start_i) b_q <= job_b_addr_i;
    else if (step_i && tile_last_i && n_step_i) b_q <= n_last_i ? job_b_addr_i : b_q + b_tile;

    if (start_i || (step_i && (load_last_i || (row_end_i && !b_i)))) plane_q <= '0;
    else if (step_i && plane_end_i) plane_q <= plane_q + (b_i ? b_stride : a_stride);
  end

  assign addr_o = (thresholds_i ? job_t_addr_i : b_i ? b_q : job_a_addr_i + pixel_i) + plane_q
                  + begin_i + AddrBits'(offset_i);

endmodule
