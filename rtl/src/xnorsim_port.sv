// SPDX-License-Identifier: Apache-2.0
//
// Request side of a job: the walkers of loads and stores, their order, and the request register.
//
// Parameters: as in xnorsim_core; ChunkWords is the smaller of its two scratchpads' words,
//   PlaceWords the larger; OffsetBits hold any word of a segment.
// Latency: a request that may go at an edge is accepted at the next edge at the earliest.
// Overflow: none, see xnorsim_load_walker, xnorsim_store_walker and xnorsim_request.
// Reference: simulator.engine.run_job, x(i).

module xnorsim_port #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ChunkWords = 8,
  parameter int unsigned PlaceWords = 8,
  parameter int unsigned ResultTiles = 5,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  parameter int unsigned OffsetBits = 4,
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned BufferBits = $clog2(ResultTiles * TileRows)
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 start_i,
  input  logic [DimBits-1:0]                   job_m_i,
  input  logic [DimBits-1:0]                   job_n_i,
  input  logic [DimBits-1:0]                   job_k_words_i,
  input  logic [DimBits-1:0]                   job_tap_words_i,
  input  logic [DimBits-1:0]                   job_n_words_i,
  input  logic [ChunkBits-1:0]                 job_chunk_words_i,
  input  logic [RowCountBits-1:0]              job_tile_rows_i,
  input  logic [3:0]                           job_a_planes_i,
  input  logic [3:0]                           job_b_planes_i,
  input  logic                                 job_thresholds_i,
  input  logic [ConstantBits-1:0]              job_window_i,
  input  logic [AddrBits-1:0]                  job_a_addr_i,
  input  logic [AddrBits-1:0]                  job_b_addr_i,
  input  logic [AddrBits-1:0]                  job_t_addr_i,
  input  logic [AddrBits-1:0]                  job_r_addr_i,

  input  logic                                 a_free_i,
  input  logic                                 b_free_i,
  input  logic                                 thresholds_free_i,
  input  logic                                 tile_ready_i,

  output logic [BufferBits-1:0]                buffer_address_o,
  input  logic [Cols-1:0][AccumulatorBits-1:0] buffer_row_i,

  output logic                                 req_valid_o,
  input  logic                                 req_ready_i,
  output logic                                 req_write_o,
  output logic                                 req_last_o,
  output logic                                 req_void_o,
  output logic [AddrBits-1:0]                  req_addr_o,
  output logic [PortBits-1:0]                  req_wdata_o,
  output logic [PortBits-1:0]                  req_wmask_o
);

  localparam int unsigned PortShift = $clog2(PortBits);
  localparam int unsigned LaneBits = (Lanes > 1) ? $clog2(Lanes) : 1;
  localparam int unsigned Ports = (TileRows > Cols) ? TileRows : Cols;

  logic load_valid, load_thresholds, load_b, load_a, load_void, load_n_last, load_n_step;
  logic load_plane_end, load_row_end, load_last, load_tile_last, load_step, unused_slot_last;
  logic [AddrBits-1:0] load_pixel, pixel_words, load_begin, load_addr;
  logic [OffsetBits-1:0] load_offset;
  logic [((Ports > 1) ? $clog2(Ports) : 1)-1:0] unused_row;
  logic [DimBits-1:0] unused_n0, unused_first;
  logic [ChunkBits-1:0] unused_count, unused_done;
  logic [$clog2(PlaceWords + 1)-1:0] unused_place;

  xnorsim_load_walker #(
    .Dataflow(Dataflow), .TileRows(TileRows), .Cols(Cols), .Lanes(Lanes),
    .AccumulatorBits(AccumulatorBits), .PortBits(PortBits),
    .ChunkWords(ChunkWords), .PlaceWords(PlaceWords), .DimBits(DimBits), .WindowBits(WindowBits),
    .AddrBits(AddrBits), .OffsetBits(OffsetBits)
  ) u_load_walker (
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
    .job_pixel_words_i(pixel_words),
    .step_i      (load_step),
    .valid_o     (load_valid),
    .thresholds_o(load_thresholds),
    .b_o         (load_b),
    .a_o         (load_a),
    .row_o       (unused_row),
    .place_o     (unused_place),
    .pixel_o     (load_pixel),
    .void_o      (load_void),
    .begin_o     (load_begin),
    .offset_o    (load_offset),
    .n0_o        (unused_n0),
    .first_o     (unused_first),
    .count_o     (unused_count),
    .done_o      (unused_done),
    .n_last_o    (load_n_last),
    .n_step_o    (load_n_step),
    .plane_end_o (load_plane_end),
    .row_end_o   (load_row_end),
    .load_last_o (load_last),
    .slot_last_o (unused_slot_last),
    .tile_last_o (load_tile_last)
  );

  xnorsim_load_address #(
    .Cols(Cols), .Lanes(Lanes), .PortBits(PortBits), .DimBits(DimBits), .AddrBits(AddrBits),
    .OffsetBits(OffsetBits)
  ) u_load_address (
    .clk_i,
    .start_i,
    .job_k_words_i,
    .job_tap_words_i,
    .job_a_planes_i,
    .job_b_planes_i,
    .job_a_addr_i,
    .job_b_addr_i,
    .job_t_addr_i,
    .step_i      (load_step),
    .thresholds_i(load_thresholds),
    .b_i         (load_b),
    .pixel_i     (load_pixel),
    .begin_i     (load_begin),
    .offset_i    (load_offset),
    .n_last_i    (load_n_last),
    .n_step_i    (load_n_step),
    .plane_end_i (load_plane_end),
    .row_end_i   (load_row_end),
    .load_last_i (load_last),
    .tile_last_i (load_tile_last),
    .pixel_words_o(pixel_words),
    .addr_o      (load_addr)
  );

  logic store_step, store_tile_last, store_job_last, segment_first, segment_last;
  logic [AddrBits-1:0] store_addr;
  logic [$clog2(Cols + 1)-1:0] store_cols;
  logic [DimBits-1:0] store_n0, store_n0_word;
  logic [LaneBits-1:0] store_n0_lane;
  logic [OffsetBits-1:0] store_offset;
  logic [PortShift-1:0] first_bit, last_bit;

  xnorsim_store_walker #(
    .Dataflow(Dataflow), .TileRows(TileRows), .Cols(Cols), .Lanes(Lanes),
    .AccumulatorBits(AccumulatorBits), .PortBits(PortBits),
    .ResultTiles(ResultTiles), .DimBits(DimBits), .AddrBits(AddrBits), .OffsetBits(OffsetBits)
  ) u_store_walker (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_n_words_i,
    .job_tile_rows_i,
    .job_thresholds_i,
    .job_r_addr_i,
    .step_i         (store_step),
    .addr_o         (store_addr),
    .buffer_address_o,
    .cols_o         (store_cols),
    .n0_o           (store_n0),
    .n0_word_o      (store_n0_word),
    .n0_lane_o      (store_n0_lane),
    .offset_o       (store_offset),
    .segment_first_o(segment_first),
    .segment_last_o (segment_last),
    .first_bit_o    (first_bit),
    .last_bit_o     (last_bit),
    .tile_last_o    (store_tile_last),
    .job_last_o     (store_job_last)
  );

  xnorsim_request #(
    .ResultTiles(ResultTiles),
    .AddrBits   (AddrBits)
  ) u_request (
    .clk_i,
    .rst_ni,
    .start_i,
    .load_valid_i     (load_valid),
    .load_thresholds_i(load_thresholds),
    .load_b_i         (load_b),
    .load_a_i         (load_a),
    .load_last_i      (load_last),
    .load_tile_last_i (load_tile_last),
    .load_void_i      (load_void && load_a),
    .load_addr_i      (load_addr),
    .load_step_o      (load_step),
    .store_tile_last_i(store_tile_last),
    .store_job_last_i (store_job_last),
    .store_addr_i     (store_addr),
    .store_step_o     (store_step),
    .a_free_i,
    .b_free_i,
    .thresholds_free_i,
    .tile_ready_i,
    .req_valid_o,
    .req_ready_i,
    .req_write_o,
    .req_last_o,
    .req_void_o,
    .req_addr_o
  );

  // The data part of the request register: written by stores only.
  xnorsim_store #(
    .Cols(Cols), .Lanes(Lanes), .AccumulatorBits(AccumulatorBits), .PortBits(PortBits),
    .DimBits(DimBits), .OffsetBits(OffsetBits)
  ) u_store (
    .clk_i,
    .load_i         (store_step),
    .job_thresholds_i,
    .row_i          (buffer_row_i),
    .cols_i         (store_cols),
    .n0_i           (store_n0),
    .n0_word_i      (store_n0_word),
    .n0_lane_i      (store_n0_lane),
    .offset_i       (store_offset),
    .segment_first_i(segment_first),
    .segment_last_i (segment_last),
    .first_bit_i    (first_bit),
    .last_bit_i     (last_bit),
    .data_o         (req_wdata_o),
    .mask_o         (req_wmask_o)
  );

endmodule
