// SPDX-License-Identifier: Apache-2.0
//
// From load data to the issue port: scratchpads of A and B, and the thresholds.
//
// Parameters: as in xnorsim_core; ChunkWords is the smaller of its two scratchpads' words
//   (the longest chunk), OffsetBits hold any word of a segment.
// Latency: 1 cycle from a read to a_o or b_o; thresholds are read without a clock edge.
// Overflow: none, see xnorsim_load.
// Reference: simulator.tiling.Tiling, the slots.

module xnorsim_operands #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned Rows = 4,
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ScratchpadWordsA = 8,
  parameter int unsigned ScratchpadWordsB = 8,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned OffsetBits = 4,
  parameter int unsigned ChunkWords = 8,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits,
  localparam int unsigned WordBitsA = (ScratchpadWordsA > 1) ? $clog2(ScratchpadWordsA) : 1,
  localparam int unsigned WordBitsB = (ScratchpadWordsB > 1) ? $clog2(ScratchpadWordsB) : 1
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 start_i,
  input  logic [DimBits-1:0]                   job_m_i,
  input  logic [DimBits-1:0]                   job_n_i,
  input  logic [DimBits-1:0]                   job_k_words_i,
  input  logic [DimBits-1:0]                   job_tap_words_i,
  input  logic [ChunkBits-1:0]                 job_chunk_words_i,
  input  logic [RowCountBits-1:0]              job_tile_rows_i,
  input  logic [3:0]                           job_a_planes_i,
  input  logic [3:0]                           job_b_planes_i,
  input  logic                                 job_thresholds_i,
  input  logic [ConstantBits-1:0]              job_window_i,

  input  logic                                 rsp_valid_i,
  input  logic [PortBits-1:0]                  rsp_data_i,
  output logic                                 slot_ready_o,
  output logic                                 a_ready_o,
  output logic                                 b_ready_o,

  input  logic [Rows-1:0]                      a_read_i,
  input  logic [Cols-1:0]                      b_read_i,
  input  logic                                 a_half_i,
  input  logic                                 b_half_i,
  input  logic [WordBitsA-1:0]                 a_word_i,
  input  logic [WordBitsB-1:0]                 b_word_i,
  output logic [Rows-1:0][Lanes-1:0]           a_o,
  // The word is of the map, and no border's.
  output logic [Rows-1:0]                      a_inside_o,
  output logic [Cols-1:0][Lanes-1:0]           b_o,

  input  logic [Cols-1:0]                      threshold_half_i,
  output logic [Cols-1:0][AccumulatorBits-1:0] threshold_o,
  output logic [Cols-1:0]                      direction_o
);

  localparam int unsigned RowBits = (TileRows > 1) ? $clog2(TileRows) : 1;
  localparam int unsigned ColBits = (Cols > 1) ? $clog2(Cols) : 1;
  localparam int unsigned PortRowBits = (RowBits > ColBits) ? RowBits : ColBits;
  localparam int unsigned Slot = 1 << $clog2(Lanes);
  localparam int unsigned PortSlots = (PortBits > Slot) ? PortBits / Slot : 1;

  // The larger half says how many sub-banks a port word may write; the smaller one may have fewer.
  localparam int unsigned PlaceWords =
      (ScratchpadWordsA > ScratchpadWordsB) ? ScratchpadWordsA : ScratchpadWordsB;
  localparam int unsigned Banks = (PortSlots < PlaceWords) ? PortSlots : PlaceWords;
  localparam int unsigned BanksA = (PortSlots < ScratchpadWordsA) ? PortSlots : ScratchpadWordsA;
  localparam int unsigned BanksB = (PortSlots < ScratchpadWordsB) ? PortSlots : ScratchpadWordsB;
  localparam int unsigned Entries = (PlaceWords + PortSlots - 1) / PortSlots;
  localparam int unsigned EntryBits = (Entries > 1) ? $clog2(Entries) : 1;
  localparam int unsigned EntriesA = (ScratchpadWordsA + PortSlots - 1) / PortSlots;
  localparam int unsigned EntriesB = (ScratchpadWordsB + PortSlots - 1) / PortSlots;
  localparam int unsigned EntryBitsA = (EntriesA > 1) ? $clog2(EntriesA) : 1;
  localparam int unsigned EntryBitsB = (EntriesB > 1) ? $clog2(EntriesB) : 1;

  logic [Banks-1:0] a_write, b_write;
  logic a_half, b_half, threshold_half;
  logic [PortRowBits-1:0] row;
  logic [Banks-1:0][EntryBits-1:0] entry;
  logic [BanksA-1:0][EntryBitsA-1:0] a_entry;
  logic [BanksB-1:0][EntryBitsB-1:0] b_entry;
  logic [Banks-1:0][Lanes-1:0] word;
  logic [BanksA-1:0][Lanes:0] a_word;
  logic [Rows-1:0][Lanes:0] a;
  logic a_inside;
  logic [Cols-1:0] threshold_write;
  logic [Cols-1:0][AccumulatorBits:0] threshold;

  logic [Rows-1:0] a_row_write;
  logic [$clog2(PlaceWords + 1)-1:0] a_place;
  logic [Rows-1:0][Lanes-1:0] a_row_word;
  logic [Rows-1:0][Lanes:0] a_row;

  xnorsim_load #(
    .Dataflow(Dataflow), .Rows(Rows), .TileRows(TileRows), .Cols(Cols), .Lanes(Lanes),
    .AccumulatorBits(AccumulatorBits), .PortBits(PortBits),
    .ChunkWords(ChunkWords), .PlaceWords(PlaceWords), .DimBits(DimBits), .WindowBits(WindowBits),
    .OffsetBits(OffsetBits)
  ) u_load (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_k_words_i,
    .job_tap_words_i,
    .job_chunk_words_i,
    .job_tile_rows_i,
    .job_a_planes_i,
    .job_b_planes_i,
    .job_thresholds_i,
    .job_window_i,
    .rsp_valid_i,
    .rsp_data_i,
    .a_write_o        (a_write),
    .b_write_o        (b_write),
    .a_half_o         (a_half),
    .b_half_o         (b_half),
    .row_o            (row),
    .entry_o          (entry),
    .word_o           (word),
    .a_inside_o       (a_inside),
    .a_row_write_o    (a_row_write),
    .a_place_o        (a_place),
    .a_row_word_o     (a_row_word),
    .threshold_write_o(threshold_write),
    .threshold_half_o (threshold_half),
    .threshold_o      (threshold),
    .slot_ready_o,
    .a_ready_o,
    .b_ready_o
  );

  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    if (b < BanksA) begin : gen_a
      assign a_entry[b] = EntryBitsA'(entry[b]);
      assign a_word[b]  = {a_inside, word[b]};
    end else begin : gen_no_a
      logic unused_a_write;
      assign unused_a_write = a_write[b];
    end
    if (b < BanksB) begin : gen_b
      assign b_entry[b] = EntryBitsB'(entry[b]);
    end else begin : gen_no_b
      logic unused_b_write;
      assign unused_b_write = b_write[b];
    end
  end

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    assign a_row[r]                = {a_inside, a_row_word[r]};
    assign {a_inside_o[r], a_o[r]} = a[r];
  end

  if (Dataflow == 0) begin : gen_output_stationary
    logic unused_rows;
    assign unused_rows = ^{a_row_write, a_place, a_row};

    xnorsim_scratchpad #(
      .Rows(Rows), .Width(Lanes + 1), .Words(ScratchpadWordsA), .PortSlots(PortSlots)
    ) u_scratchpad_a (
      .clk_i,
      .write_i      (a_write[BanksA-1:0]),
      .write_half_i (a_half),
      .write_row_i  (row[RowBits-1:0]),
      .write_entry_i(a_entry),
      .write_data_i (a_word),
      .read_i       (a_read_i),
      .read_half_i  (a_half_i),
      .read_word_i  (a_word_i),
      .word_o       (a)
    );
  end else begin : gen_weight_stationary
    logic unused_a;
    assign unused_a = ^{a_write, a_entry, a_word, a_place, row};

    xnorsim_row_scratchpad #(
      .Rows(Rows), .Width(Lanes + 1), .Words(ScratchpadWordsA)
    ) u_scratchpad_a (
      .clk_i,
      .write_i     (a_row_write),
      .write_half_i(a_half),
      .write_word_i(WordBitsA'(a_place)),
      .write_data_i(a_row),
      .read_i      (a_read_i),
      .read_half_i (a_half_i),
      .read_word_i (a_word_i),
      .word_o      (a)
    );
  end

  xnorsim_scratchpad #(
    .Rows(Cols), .Width(Lanes), .Words(ScratchpadWordsB), .PortSlots(PortSlots)
  ) u_scratchpad_b (
    .clk_i,
    .write_i      (b_write[BanksB-1:0]),
    .write_half_i (b_half),
    .write_row_i  (row[ColBits-1:0]),
    .write_entry_i(b_entry),
    .write_data_i (word[BanksB-1:0]),
    .read_i       (b_read_i),
    .read_half_i  (b_half_i),
    .read_word_i  (b_word_i),
    .word_o       (b_o)
  );

  xnorsim_threshold_buffer #(.Cols(Cols), .AccumulatorBits(AccumulatorBits)) u_thresholds (
    .clk_i,
    .write_i     (threshold_write),
    .write_half_i(threshold_half),
    .write_data_i(threshold),
    .read_half_i (threshold_half_i),
    .threshold_o,
    .direction_o
  );

endmodule
