// SPDX-License-Identifier: Apache-2.0
//
// Unpack load data: one port word into k words or thresholds, or several port words into one.
//
// A port word that carries PortSlots k words gives each sub-bank at most one, by place in the half
// mod PortSlots; one that carries a part of a slot is gathered until the slot's last part comes.
// Parameters: Dataflow 0 or 1, Rows, Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64, PortBits a power of two 8..4096,
//   ChunkWords >= 1, PlaceWords >= ChunkWords (k words of the larger half), DimBits 1..30,
//   OffsetBits: any word of a segment fits.
// Latency: 0 cycles from the port word that completes a k word or threshold.
// Overflow: none, an entry is written only if its index in the segment is below the segment's k words.
// Reference: simulator.layout, the slots behind the port.

module xnorsim_unpack #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ChunkWords = 8,
  parameter int unsigned PlaceWords = 8,
  parameter int unsigned DimBits = 20,
  parameter int unsigned OffsetBits = 4,
  localparam int unsigned Slot = 1 << $clog2(Lanes),
  localparam int unsigned PortSlots = (PortBits > Slot) ? PortBits / Slot : 1,
  localparam int unsigned Banks = (PortSlots < PlaceWords) ? PortSlots : PlaceWords,
  localparam int unsigned Entries = (PlaceWords + PortSlots - 1) / PortSlots,
  localparam int unsigned EntryBits = (Entries > 1) ? $clog2(Entries) : 1,
  localparam int unsigned PlaceBits = $clog2(PlaceWords + 1),
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1)
) (
  input  logic                               clk_i,
  input  logic                               valid_i,
  input  logic [PortBits-1:0]                data_i,
  // The word's place: port word in its segment; the segment's first channel, or its first k word, its
  // k words, those of the chunk before it, the place of its first one in the half.
  input  logic [OffsetBits-1:0]              offset_i,
  input  logic [DimBits-1:0]                 n0_i,
  input  logic [DimBits-1:0]                 first_i,
  input  logic [ChunkBits-1:0]               count_i,
  input  logic [ChunkBits-1:0]               done_i,
  input  logic [PlaceBits-1:0]               place_i,

  output logic [Banks-1:0]                   word_valid_o,
  output logic [Banks-1:0][EntryBits-1:0]    word_entry_o,
  output logic [Banks-1:0][Lanes-1:0]        word_o,
  // The chunk's k word r for array row r, if it is in the segment (weight stationary).
  output logic [Rows-1:0]                    row_valid_o,
  output logic [Rows-1:0][Lanes-1:0]         row_word_o,
  output logic [Cols-1:0]                    threshold_valid_o,
  output logic [Cols-1:0][AccumulatorBits:0] threshold_o
);

  localparam int unsigned SlotParts = (Slot > PortBits) ? Slot / PortBits : 1;
  localparam int unsigned Threshold = 1 << $clog2(AccumulatorBits + 1);
  localparam int unsigned PortThresholds = (PortBits > Threshold) ? PortBits / Threshold : 1;
  localparam int unsigned ThresholdParts = (Threshold > PortBits) ? Threshold / PortBits : 1;
  localparam int unsigned Parts = (SlotParts > ThresholdParts) ? SlotParts : ThresholdParts;

  // The newest port word on top of those before it.
  logic [Parts*PortBits-1:0] history;
  assign history[Parts*PortBits-1 -: PortBits] = data_i;

  if (Parts > 1) begin : gen_gather
    logic [(Parts-1)*PortBits-1:0] gather_q;

    always_ff @(posedge clk_i) begin
      if (valid_i) gather_q <= history[Parts*PortBits-1:PortBits];
    end

    assign history[(Parts-1)*PortBits-1:0] = gather_q;
  end else begin : gen_whole
    logic unused_clk;
    assign unused_clk = clk_i;
  end

  logic [PortSlots-1:0][Slot-1:0] slots;
  logic [PortThresholds-1:0][Threshold-1:0] thresholds;
  assign slots      = history[Parts*PortBits-1 -: PortSlots*Slot];
  assign thresholds = history[Parts*PortBits-1 -: PortThresholds*Threshold];

  // Sub-bank b takes the segment's k word b - place, modulo PortSlots, from slot first + b - place;
  // where that wraps, it belongs to the port word before.
  logic [31:0] first_slot, port_slot, first_threshold, port_threshold;
  logic word_end, threshold_end;
  assign first_slot      = 32'(first_i) % PortSlots;
  assign port_slot       = 32'(offset_i) / SlotParts;
  assign word_end        = 32'(offset_i) % SlotParts == SlotParts - 1;
  assign first_threshold = 32'(n0_i) % PortThresholds;
  assign port_threshold  = 32'(offset_i) / ThresholdParts;
  assign threshold_end   = 32'(offset_i) % ThresholdParts == ThresholdParts - 1;

  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    logic [31:0] local_slot, slot, index;
    logic wrap;
    assign local_slot      = (b - 32'(place_i)) % PortSlots;
    assign slot            = (local_slot + first_slot) % PortSlots;
    assign wrap            = (local_slot + first_slot) >= PortSlots;
    assign index           = (port_slot - 32'(wrap)) * PortSlots + local_slot;
    assign word_valid_o[b] = valid_i && word_end && !(wrap && (port_slot == 0))
                             && (index < 32'(count_i));
    assign word_entry_o[b] = EntryBits'((32'(place_i) + index) / PortSlots);
    assign word_o[b]       = Lanes'(slots[slot]);
  end

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    if (Dataflow == 1) begin : gen_side_by_side
      logic [31:0] index, position;
      assign index          = r - 32'(done_i);
      assign position       = index + first_slot;
      assign row_valid_o[r] = valid_i && word_end && (position / PortSlots == port_slot)
                              && (index < 32'(count_i));
      assign row_word_o[r]  = Lanes'(slots[position % PortSlots]);
    end else begin : gen_behind
      assign row_valid_o[r] = 1'b0;
      assign row_word_o[r]  = '0;
    end
  end

  if (Dataflow == 0) begin : gen_place_only
    logic unused_done;
    assign unused_done = ^done_i;
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    logic [31:0] position;
    assign position             = c + first_threshold;
    assign threshold_valid_o[c] = valid_i && threshold_end
                                  && (position / PortThresholds == port_threshold);
    assign threshold_o[c]       = (AccumulatorBits + 1)'(thresholds[position % PortThresholds]);
  end

endmodule
