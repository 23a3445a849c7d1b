// SPDX-License-Identifier: Apache-2.0
//
// Response side of the port: take load data in its fixed order and say where each word goes.
//
// Walks the same order as the requests, so that any number of loads may be outstanding.
// Parameters: Dataflow 0 or 1, Rows, Cols 1..256, TileRows >= 1 (rows of an m tile), Lanes 1..1024, AccumulatorBits 8..64, PortBits a power of two
//   8..4096, ChunkWords >= 1, PlaceWords >= ChunkWords (k words of the larger half), DimBits 1..30,
//   WindowBits 1..DimBits, OffsetBits: any word of a segment fits.
// Latency: 0 cycles from rsp_valid_i to the writes and slot_ready_o.
// Overflow: none, see xnorsim_load_walker and xnorsim_unpack.
// Reference: simulator.engine.run_job, the arrival of load data.

module xnorsim_load #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned Rows = 4,
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ChunkWords = 8,
  parameter int unsigned PlaceWords = 8,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned OffsetBits = 4,
  localparam int unsigned Ports = (TileRows > Cols) ? TileRows : Cols,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned RowBits = (Ports > 1) ? $clog2(Ports) : 1,
  localparam int unsigned Slot = 1 << $clog2(Lanes),
  localparam int unsigned PortSlots = (PortBits > Slot) ? PortBits / Slot : 1,
  localparam int unsigned Banks = (PortSlots < PlaceWords) ? PortSlots : PlaceWords,
  localparam int unsigned Entries = (PlaceWords + PortSlots - 1) / PortSlots,
  localparam int unsigned EntryBits = (Entries > 1) ? $clog2(Entries) : 1,
  localparam int unsigned PlaceBits = $clog2(PlaceWords + 1),
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  logic                               start_i,
  input  logic [DimBits-1:0]                 job_m_i,
  input  logic [DimBits-1:0]                 job_n_i,
  input  logic [DimBits-1:0]                 job_k_words_i,
  input  logic [DimBits-1:0]                 job_tap_words_i,
  input  logic [ChunkBits-1:0]               job_chunk_words_i,
  input  logic [RowCountBits-1:0]            job_tile_rows_i,
  input  logic [3:0]                         job_a_planes_i,
  input  logic [3:0]                         job_b_planes_i,
  input  logic                               job_thresholds_i,
  input  logic [ConstantBits-1:0]            job_window_i,

  input  logic                               rsp_valid_i,
  input  logic [PortBits-1:0]                rsp_data_i,

  output logic [Banks-1:0]                   a_write_o,
  output logic [Banks-1:0]                   b_write_o,
  output logic                               a_half_o,
  output logic                               b_half_o,
  output logic [RowBits-1:0]                 row_o,
  output logic [Banks-1:0][EntryBits-1:0]    entry_o,
  output logic [Banks-1:0][Lanes-1:0]        word_o,
  // Words of A are of the map; words of a border tap are not, whatever came as their data.
  output logic                               a_inside_o,
  // Weight stationary: the k words of a row of A side by side, at one place of every array row's bank.
  output logic [Rows-1:0]                    a_row_write_o,
  output logic [PlaceBits-1:0]               a_place_o,
  output logic [Rows-1:0][Lanes-1:0]         a_row_word_o,
  output logic [Cols-1:0]                    threshold_write_o,
  output logic                               threshold_half_o,
  output logic [Cols-1:0][AccumulatorBits:0] threshold_o,
  // The last load word of a slot is written at this edge; of its A, of its B.
  output logic                               slot_ready_o,
  output logic                               a_ready_o,
  output logic                               b_ready_o
);

  logic thresholds, b, a, load_last, slot_last;
  logic [OffsetBits-1:0] offset;
  logic [DimBits-1:0] n0, first;
  logic [ChunkBits-1:0] count, done;
  logic [PlaceBits-1:0] place;
  logic outside, unused_valid, unused_n_last, unused_n_step, unused_begin, unused_pixel;
  logic unused_plane_end, unused_row_end, unused_tile_last;

  xnorsim_load_walker #(
    .Dataflow       (Dataflow),
    .TileRows       (TileRows),
    .Cols           (Cols),
    .Lanes          (Lanes),
    .AccumulatorBits(AccumulatorBits),
    .PortBits       (PortBits),
    .ChunkWords     (ChunkWords),
    .PlaceWords     (PlaceWords),
    .DimBits        (DimBits),
    .WindowBits     (WindowBits),
    .AddrBits       (1),
    .OffsetBits     (OffsetBits)
  ) u_walker (
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
    .job_pixel_words_i(1'b0),
    .step_i      (rsp_valid_i),
    .valid_o     (unused_valid),
    .thresholds_o(thresholds),
    .b_o         (b),
    .a_o         (a),
    .row_o,
    .place_o     (place),
    .pixel_o     (unused_pixel),
    .void_o      (outside),
    .begin_o     (unused_begin),
    .offset_o    (offset),
    .n0_o        (n0),
    .first_o     (first),
    .count_o     (count),
    .done_o      (done),
    .n_last_o    (unused_n_last),
    .n_step_o    (unused_n_step),
    .plane_end_o (unused_plane_end),
    .row_end_o   (unused_row_end),
    .load_last_o (load_last),
    .slot_last_o (slot_last),
    .tile_last_o (unused_tile_last)
  );

  logic [Banks-1:0] word_valid;
  logic [Rows-1:0] row_valid;
  logic [Cols-1:0] threshold_valid;

  xnorsim_unpack #(
    .Dataflow       (Dataflow),
    .Rows           (Rows),
    .Cols           (Cols),
    .Lanes          (Lanes),
    .AccumulatorBits(AccumulatorBits),
    .PortBits       (PortBits),
    .ChunkWords     (ChunkWords),
    .PlaceWords     (PlaceWords),
    .DimBits        (DimBits),
    .OffsetBits     (OffsetBits)
  ) u_unpack (
    .clk_i,
    .valid_i          (rsp_valid_i),
    .data_i           (rsp_data_i),
    .offset_i         (offset),
    .n0_i             (n0),
    .first_i          (first),
    .count_i          (count),
    .done_i           (done),
    .place_i          (place),
    .word_valid_o     (word_valid),
    .word_entry_o     (entry_o),
    .word_o,
    .row_valid_o      (row_valid),
    .row_word_o       (a_row_word_o),
    .threshold_valid_o(threshold_valid),
    .threshold_o
  );

  // Loads of an operand alternate between its two halves.
  logic a_half_q, b_half_q, threshold_half_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {a_half_q, b_half_q, threshold_half_q} <= '0;
    end else if (start_i) begin
      {a_half_q, b_half_q, threshold_half_q} <= '0;
    end else if (rsp_valid_i && load_last) begin
      a_half_q         <= a_half_q ^ a;
      b_half_q         <= b_half_q ^ b;
      threshold_half_q <= threshold_half_q ^ thresholds;
    end
  end

  assign a_write_o         = a ? word_valid : '0;
  assign a_row_write_o     = a ? row_valid : '0;
  assign a_place_o         = place;
  assign a_inside_o        = !outside;
  assign b_write_o         = b ? word_valid : '0;
  assign threshold_write_o = thresholds ? threshold_valid : '0;
  assign a_half_o          = a_half_q;
  assign b_half_o          = b_half_q;
  assign threshold_half_o  = threshold_half_q;
  assign slot_ready_o      = rsp_valid_i && slot_last;
  assign a_ready_o         = rsp_valid_i && load_last && a;
  assign b_ready_o         = rsp_valid_i && load_last && b;

endmodule
