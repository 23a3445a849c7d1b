// SPDX-License-Identifier: Apache-2.0
//
// Segment that a tile's results take in each row behind the port.
//
// Parameters: Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64, PortBits a power of two 8..4096,
//   DimBits 1..30, AddrBits 1..64.
// Latency: 1 cycle from start_i or step_i to the segment of the next tile.
// Overflow: none, positions in bits have DimBits + 13 bits: slots are at most 1024 = 2^10 bits, a
//   row ends less than PortBits = 2^12 bits after its last slot.
// Reference: simulator.layout.result_position and result_row_words.

module xnorsim_store_segment #(
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned DimBits = 20,
  parameter int unsigned AddrBits = 32,
  localparam int unsigned PosBits = DimBits + 13,
  localparam int unsigned LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                start_i,
  input  logic [DimBits-1:0]  job_n_i,
  input  logic [DimBits-1:0]  job_n_words_i,
  input  logic                job_thresholds_i,

  // Leave the tile, whose first channel is n0_i.
  input  logic                step_i,
  input  logic [DimBits-1:0]  n0_i,
  input  logic                n_last_i,

  // The tile's first channel as k word and lane of packed bits.
  output logic [DimBits-1:0]  n0_word_o,
  output logic [LaneBits-1:0] n0_lane_o,
  // First and last bit from the start of the row, port words from one row to the next.
  output logic [PosBits-1:0]  begin_bit_o,
  output logic [PosBits-1:0]  last_bit_o,
  output logic [AddrBits-1:0] stride_o
);

  localparam int unsigned SlotShift = $clog2(Lanes);
  localparam int unsigned SumShift = $clog2(AccumulatorBits);
  localparam int unsigned PortShift = $clog2(PortBits);

  // A division by Lanes, one tile at a time.
  logic [DimBits-1:0] n0_word_q, n1_word;
  logic [LaneBits-1:0] n0_lane_q, n1_lane;
  logic carry;
  assign carry   = 32'(n0_lane_q) + (Cols % Lanes) >= Lanes;
  assign n1_lane = LaneBits'(32'(n0_lane_q) + (Cols % Lanes) - (carry ? Lanes : 0));
  assign n1_word = n0_word_q + DimBits'(Cols / Lanes) + DimBits'(carry);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      n0_word_q <= '0;
      n0_lane_q <= '0;
    end else if (start_i || (step_i && n_last_i)) begin
      n0_word_q <= '0;
      n0_lane_q <= '0;
    end else if (step_i) begin
      n0_word_q <= n1_word;
      n0_lane_q <= n1_lane;
    end
  end

  logic [PosBits-1:0] row_bits, row_words, bits_begin, bits_end, sums_begin, sums_end;
  assign row_bits   = job_thresholds_i ? PosBits'(job_n_words_i) << SlotShift
                                       : PosBits'(job_n_i) << SumShift;
  assign row_words  = (row_bits + PosBits'(PortBits - 1)) >> PortShift;
  assign bits_begin = (PosBits'(n0_word_q) << SlotShift) + PosBits'(n0_lane_q);
  assign bits_end   = (PosBits'(n1_word) << SlotShift) + PosBits'(n1_lane);
  assign sums_begin = PosBits'(n0_i) << SumShift;
  assign sums_end   = (PosBits'(n0_i) + PosBits'(Cols)) << SumShift;

  // The last n tile takes the rest of the row, so that its tail is written with zeros.
  logic [PosBits-1:0] end_bit;
  assign end_bit = n_last_i ? row_words << PortShift : job_thresholds_i ? bits_end : sums_end;

  assign n0_word_o   = n0_word_q;
  assign n0_lane_o   = n0_lane_q;
  assign begin_bit_o = job_thresholds_i ? bits_begin : sums_begin;
  assign last_bit_o  = end_bit - 1'b1;
  assign stride_o    = AddrBits'(row_words);

endmodule
