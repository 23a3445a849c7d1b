// SPDX-License-Identifier: Apache-2.0
//
// Address of each load word that xnorsim_load_walker comes to.
//
// Parameters: TileRows >= 1 (rows of an m tile), Cols 1..256, Lanes 1..1024, PortBits a power of two 8..4096, DimBits 1..30,
//   AddrBits 1..64, OffsetBits >= 1.
// Latency: 0 cycles from the walker's word to addr_o.
// Overflow: none if the job's operands lie within 2^AddrBits port words.
// Reference: simulator.layout.operand_row_words.

module xnorsim_load_address #(
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned PortBits = 128,
  parameter int unsigned DimBits = 20,
  parameter int unsigned AddrBits = 32,
  parameter int unsigned OffsetBits = 4,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1)
) (
  input  logic                  clk_i,
  input  logic                  start_i,
  input  logic [DimBits-1:0]    job_k_words_i,
  input  logic [RowCountBits-1:0] job_tile_rows_i,
  input  logic [3:0]            job_a_planes_i,
  input  logic [3:0]            job_b_planes_i,
  input  logic [AddrBits-1:0]   job_a_addr_i,
  input  logic [AddrBits-1:0]   job_b_addr_i,
  input  logic [AddrBits-1:0]   job_t_addr_i,

  // The walker's word, and its step to the next.
  input  logic                  step_i,
  input  logic                  thresholds_i,
  input  logic                  b_i,
  input  logic [AddrBits-1:0]   begin_i,
  input  logic [OffsetBits-1:0] offset_i,
  input  logic                  m_last_i,
  input  logic                  n_last_i,
  input  logic                  m_step_i,
  input  logic                  n_step_i,
  input  logic                  word_last_i,
  input  logic                  load_last_i,
  input  logic                  tile_last_i,

  output logic [AddrBits-1:0]   addr_o
);

  localparam int unsigned SlotShift = $clog2(Lanes);
  localparam int unsigned PortShift = $clog2(PortBits);
  localparam int unsigned PosBits = DimBits + 13;

  // Port words from one plane of a row to the next, the same for A and B, and of a tile's rows.
  logic [PosBits-1:0] rounded_bits;
  logic [AddrBits-1:0] stride, a_tile, b_tile;
  assign rounded_bits = (PosBits'(job_k_words_i) << SlotShift) + PosBits'(PortBits - 1);
  assign stride       = AddrBits'(rounded_bits >> PortShift);
  assign a_tile       = AddrBits'(job_tile_rows_i) * AddrBits'(job_a_planes_i) * stride;
  assign b_tile       = AddrBits'(Cols) * AddrBits'(job_b_planes_i) * stride;

  // First row of the tile in A and in B, and the way from there to the current plane of a row.
  logic [AddrBits-1:0] a_q, b_q, row_q;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      a_q <= job_a_addr_i;
      b_q <= job_b_addr_i;
    end else if (step_i && tile_last_i) begin
      if (m_step_i) a_q <= m_last_i ? job_a_addr_i : a_q + a_tile;
      if (n_step_i) b_q <= n_last_i ? job_b_addr_i : b_q + b_tile;
    end

    if (start_i || (step_i && load_last_i)) row_q <= '0;
    else if (step_i && word_last_i) row_q <= row_q + stride;
  end

  assign addr_o = (thresholds_i ? job_t_addr_i : b_i ? b_q : a_q) + row_q + begin_i
                  + AddrBits'(offset_i);

endmodule
