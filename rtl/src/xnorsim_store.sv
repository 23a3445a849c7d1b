// SPDX-License-Identifier: Apache-2.0
//
// Build one store word and its bit mask from a row of the result buffer.
//
// Packed bits lie in slots of Lanes rounded up to a power of two, sums in slots of AccumulatorBits
// rounded up to a power of two and with their sign extended; what is no valid column is zero.
// Parameters: Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64, PortBits a power of two 8..4096,
//   DimBits 1..30, OffsetBits: any word of a segment fits.
// Latency: 1 cycle from load_i to data_o and mask_o, which hold until the next load_i.
// Overflow: not applicable, results pass unchanged.
// Reference: simulator.layout.result_position.

module xnorsim_store #(
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned DimBits = 20,
  parameter int unsigned OffsetBits = 4,
  localparam int unsigned PortShift = $clog2(PortBits),
  localparam int unsigned ColCountBits = $clog2(Cols + 1),
  localparam int unsigned LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1
) (
  input  logic                                 clk_i,
  input  logic                                 load_i,
  input  logic                                 job_thresholds_i,
  input  logic [Cols-1:0][AccumulatorBits-1:0] row_i,
  input  logic [ColCountBits-1:0]              cols_i,
  input  logic [DimBits-1:0]                   n0_i,
  input  logic [DimBits-1:0]                   n0_word_i,
  input  logic [LaneBits-1:0]                  n0_lane_i,
  input  logic [OffsetBits-1:0]                offset_i,
  input  logic                                 segment_first_i,
  input  logic                                 segment_last_i,
  input  logic [PortShift-1:0]                 first_bit_i,
  input  logic [PortShift-1:0]                 last_bit_i,
  output logic [PortBits-1:0]                  data_o,
  output logic [PortBits-1:0]                  mask_o
);

  localparam int unsigned Slot = 1 << $clog2(Lanes);
  localparam int unsigned SumSlot = 1 << $clog2(AccumulatorBits);
  // Slots in a port word: a segment starts at any of them.
  localparam int unsigned PortSlots = (PortBits > Slot) ? PortBits / Slot : 1;
  localparam int unsigned PortSums = (PortBits > SumSlot) ? PortBits / SumSlot : 1;
  // k words that a tile's bits touch, whichever lane they start at.
  localparam int unsigned Words = (Cols + 2 * Lanes - 2) / Lanes;

  localparam int unsigned BitsWidth = (Words + PortSlots - 1) * Slot;
  localparam int unsigned SumsWidth = (Cols + PortSums - 1) * SumSlot;
  localparam int unsigned Widest = (BitsWidth > SumsWidth) ? BitsWidth : SumsWidth;
  localparam int unsigned LineWords = (Widest + PortBits - 1) / PortBits;

  logic [Words*Lanes-1:0] packed_bits, lane_bits;
  logic [Words-1:0][Slot-1:0] slots;
  logic [Cols-1:0][SumSlot-1:0] sums;

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    logic valid;
    assign valid          = ColCountBits'(c) < cols_i;
    assign packed_bits[c] = valid && row_i[c][0];
    assign sums[c]        = valid ? SumSlot'($signed(row_i[c])) : '0;
  end

  if (Words * Lanes > Cols) begin : gen_rest
    assign packed_bits[Words*Lanes-1:Cols] = '0;
  end

  assign lane_bits = packed_bits << n0_lane_i;

  for (genvar w = 0; w < Words; w++) begin : gen_word
    assign slots[w] = Slot'(lane_bits[w*Lanes +: Lanes]);
  end

  // The segment from the port word that it starts in, then the port word that is asked for. A slot
  // wider than the port may start port words before the segment does.
  logic [31:0] slot_shift, sum_shift, line_word;
  logic [LineWords-1:0][PortBits-1:0] line;
  assign slot_shift = (32'(n0_word_i) % PortSlots) * Slot;
  assign sum_shift  = (32'(n0_i) % PortSums) * SumSlot;
  assign line       = job_thresholds_i ? (LineWords*PortBits)'(slots) << slot_shift
                                       : (LineWords*PortBits)'(sums) << sum_shift;
  assign line_word  = 32'(offset_i)
                      + ((job_thresholds_i && Slot > PortBits) ? 32'(n0_lane_i) / PortBits : 0);

  logic [PortBits-1:0] word, head, tail;
  assign word = (line_word < LineWords) ? line[line_word] : '0;
  assign head = segment_first_i ? {PortBits{1'b1}} << first_bit_i : '1;
  assign tail = segment_last_i ? ~({PortBits{1'b1}} << last_bit_i << 1) : '1;

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      data_o <= word;
      mask_o <= head & tail;
    end
  end

endmodule
