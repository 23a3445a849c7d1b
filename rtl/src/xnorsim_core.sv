// SPDX-License-Identifier: Apache-2.0
//
// Array with scratchpads and sequencers: one matrix product or convolution of bit planes a job.
//
// Parameters: Dataflow 0 (output stationary) or 1 (weight stationary; input stationary is that with the
//   operands exchanged); AccumulatorRows 1..65536, the rows of results in a place of the result buffer
//   (weight stationary only); Rows, Cols 1..256; Lanes 1..1024; AccumulatorBits 8..64; PortBits a power of two
//   8..4096; ScratchpadWordsA, ScratchpadWordsB >= 1, the k words of a row in one half, all planes
//   together (in weight stationary B's is at least Rows, a fold); ResultTiles 2..8; DimBits 1..30; WindowBits
//   1..DimBits; AddrBits 1..64, enough for the longest segment.
// Latency: docs/microarchitecture.md, sections 3 to 5; the first request is accepted 2 cycles after the job.
// Overflow: none, see xnorsim_pe; the job is legal (xnorsim_accelerator, LegalJob_A).
// Reference: workloads.reference for the result, simulator.engine.run_job for the cycles.

module xnorsim_core #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned AccumulatorRows = 4,
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ScratchpadWordsA = 8,
  parameter int unsigned ScratchpadWordsB = 8,
  parameter int unsigned ResultTiles = 5,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  localparam int unsigned CountBits = $clog2(Lanes + 1),
  // The longest chunk: a fold, or that of one plane, which both operands' halves must hold.
  localparam int unsigned ChunkWords =
      (Dataflow == 1) ? Rows : (ScratchpadWordsA < ScratchpadWordsB) ? ScratchpadWordsA
                                                                     : ScratchpadWordsB,
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  // The most rows of an m tile.
  localparam int unsigned TileRows = (Dataflow == 1) ? AccumulatorRows : Rows,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // A job is accepted at this edge; its constants are there from then on (see xnorsim_job), what issues may
  // find them one edge later.
  input  logic                 start_i,
  input  logic [DimBits-1:0]   job_m_i,
  input  logic [DimBits-1:0]   job_n_i,
  input  logic [DimBits-1:0]   job_k_words_i,
  input  logic [DimBits-1:0]   job_tap_words_i,
  input  logic [ConstantBits-1:0] job_window_i,
  input  logic [DimBits-1:0]   job_n_words_i,
  input  logic                 job_thresholds_i,
  input  logic [ChunkBits-1:0] job_chunk_words_i,
  input  logic [RowCountBits-1:0] job_tile_rows_i,
  input  logic [3:0]           job_a_planes_i,
  input  logic [3:0]           job_b_planes_i,
  input  logic [AddrBits-1:0]  job_a_addr_i,
  input  logic [AddrBits-1:0]  job_b_addr_i,
  input  logic [AddrBits-1:0]  job_t_addr_i,
  input  logic [AddrBits-1:0]  job_r_addr_i,
  input  logic                 job_a_unipolar_i,
  input  logic                 job_b_unipolar_i,
  input  logic                 job_a_weighted_i,
  input  logic                 job_b_weighted_i,
  input  logic                 job_a_negative_i,
  input  logic                 job_b_negative_i,
  input  logic [3:0]           job_shift_i,
  input  logic [CountBits-1:0] job_tail_lanes_i,
  input  logic [Lanes-1:0]     job_tail_mask_i,

  // The port: requests, and the data of loads in the order of their requests.
  output logic                 req_valid_o,
  input  logic                 req_ready_i,
  output logic                 req_write_o,
  output logic                 req_last_o,
  // Nothing moves: the load is answered, whatever with.
  output logic                 req_void_o,
  output logic [AddrBits-1:0]  req_addr_o,
  output logic [PortBits-1:0]  req_wdata_o,
  output logic [PortBits-1:0]  req_wmask_o,
  input  logic                 rsp_valid_i,
  input  logic [PortBits-1:0]  rsp_data_i,

  // Class of the cycle at the issue port.
  output logic                 issue_o,
  output logic                 wait_gap_o,
  output logic                 wait_load_o,
  output logic                 wait_store_o
);

  if (Rows < 1 || Rows > 256 || Cols < 1 || Cols > 256) begin : gen_illegal_array
    $error("Rows and Cols must be 1..256");
  end
  if (Lanes < 1 || Lanes > 1024) begin : gen_illegal_lanes
    $error("Lanes must be 1..1024");
  end
  if (AccumulatorBits < 8 || AccumulatorBits > 64) begin : gen_illegal_accumulator
    $error("AccumulatorBits must be 8..64");
  end
  if (PortBits < 8 || PortBits > 4096 || PortBits != 1 << $clog2(PortBits)) begin : gen_illegal_port
    $error("PortBits must be a power of two, 8..4096");
  end
  if (Dataflow > 1) begin : gen_illegal_dataflow
    $error("Dataflow must be 0 (output stationary) or 1 (weight stationary)");
  end
  if (Dataflow == 1 && (AccumulatorRows < 1 || AccumulatorRows > 65536)) begin : gen_illegal_rows
    $error("AccumulatorRows must be 1..65536");
  end
  if (Dataflow == 1 && ScratchpadWordsB < Rows) begin : gen_illegal_fold
    $error("ScratchpadWordsB must be at least Rows in weight stationary");
  end
  if (ScratchpadWordsA < 1 || ScratchpadWordsB < 1) begin : gen_illegal_scratchpad
    $error("ScratchpadWordsA and ScratchpadWordsB must be >= 1");
  end
  if (ResultTiles < 2 || ResultTiles > 8) begin : gen_illegal_result_tiles
    $error("ResultTiles must be 2..8");
  end

  // Port words of the longest segment, with one more where it does not start on a port word.
  localparam int unsigned Slot = 1 << $clog2(Lanes);
  localparam int unsigned Threshold = 1 << $clog2(AccumulatorBits + 1);
  localparam int unsigned LoadBits = ChunkWords * Slot;
  localparam int unsigned ThresholdBits = Cols * Threshold;
  localparam int unsigned ResultBits = ((Cols + 2 * Lanes - 2) / Lanes) * Slot;
  localparam int unsigned Longer = (LoadBits > ThresholdBits) ? LoadBits : ThresholdBits;
  localparam int unsigned Longest = (Longer > ResultBits) ? Longer : ResultBits;
  localparam int unsigned OffsetBits = $clog2(Longest / PortBits + 3);

  if (DimBits < 1 || DimBits > 30) begin : gen_illegal_dim_bits
    $error("DimBits must be 1..30");
  end
  if (WindowBits < 1 || WindowBits > DimBits) begin : gen_illegal_window_bits
    $error("WindowBits must be 1..DimBits");
  end
  if (AddrBits < OffsetBits || AddrBits > 64) begin : gen_illegal_addr_bits
    $error("AddrBits must be 1..64 and enough for the longest segment");
  end

  localparam int unsigned PlaceWords =
      (ScratchpadWordsA > ScratchpadWordsB) ? ScratchpadWordsA : ScratchpadWordsB;
  localparam int unsigned WordBitsA = (ScratchpadWordsA > 1) ? $clog2(ScratchpadWordsA) : 1;
  localparam int unsigned WordBitsB = (ScratchpadWordsB > 1) ? $clog2(ScratchpadWordsB) : 1;
  localparam int unsigned BufferBits = $clog2(ResultTiles * TileRows);

  logic [ChunkBits-1:0] chunk_words;
  logic [RowCountBits-1:0] tile_rows;

  // What the dataflow fixes is no field of the job.
  if (Dataflow == 0) begin : gen_fixed_rows
    logic unused_tile_rows;
    assign unused_tile_rows = ^job_tile_rows_i;
    assign tile_rows        = RowCountBits'(Rows);
    assign chunk_words      = job_chunk_words_i;
  end else begin : gen_fixed_chunk
    logic unused_chunk_words;
    assign unused_chunk_words = ^job_chunk_words_i;
    assign tile_rows          = job_tile_rows_i;
    assign chunk_words        = ChunkBits'(Rows);
  end

  // Credits between the sequencers, each given at the edge that frees or fills its place.
  logic a_free, b_free, thresholds_free, slot_ready, a_ready, b_ready, tile_ready, cols_ready, many_cols;
  assign many_cols       = 32'(job_n_i) > Cols;
  assign thresholds_free = cols_ready && job_thresholds_i && many_cols;

  logic [BufferBits-1:0] buffer_address;
  logic [Cols-1:0][AccumulatorBits-1:0] buffer_row;

  xnorsim_port #(
    .Dataflow(Dataflow), .TileRows(TileRows), .Cols(Cols), .Lanes(Lanes),
    .AccumulatorBits(AccumulatorBits), .PortBits(PortBits),
    .ChunkWords(ChunkWords), .PlaceWords(PlaceWords), .ResultTiles(ResultTiles), .DimBits(DimBits),
    .WindowBits(WindowBits), .AddrBits(AddrBits), .OffsetBits(OffsetBits)
  ) u_port (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_k_words_i,
    .job_tap_words_i,
    .job_n_words_i,
    .job_chunk_words_i(chunk_words),
    .job_tile_rows_i  (tile_rows),
    .job_a_planes_i,
    .job_b_planes_i,
    .job_thresholds_i,
    .job_window_i,
    .job_a_addr_i,
    .job_b_addr_i,
    .job_t_addr_i,
    .job_r_addr_i,
    .a_free_i         (a_free),
    .b_free_i         (b_free),
    .thresholds_free_i(thresholds_free),
    .tile_ready_i     (tile_ready),
    .buffer_address_o (buffer_address),
    .buffer_row_i     (buffer_row),
    .req_valid_o,
    .req_ready_i,
    .req_write_o,
    .req_last_o,
    .req_void_o,
    .req_addr_o,
    .req_wdata_o,
    .req_wmask_o
  );

  logic [Rows-1:0] a_read, a_issued, a_inside, a_valid;
  logic [Cols-1:0] b_read, b_valid;
  logic a_half, b_half, first, last, negative;
  logic [3:0] shift;
  logic [WordBitsA-1:0] a_word;
  logic [WordBitsB-1:0] b_word;
  logic [Rows-1:0][Lanes-1:0] a;
  logic [Cols-1:0][Lanes-1:0] b;
  logic [Cols-1:0] threshold_half, direction;
  logic [Cols-1:0][AccumulatorBits-1:0] threshold;

  xnorsim_operands #(
    .Dataflow(Dataflow), .Rows(Rows), .TileRows(TileRows), .ChunkWords(ChunkWords), .Cols(Cols),
    .Lanes(Lanes), .AccumulatorBits(AccumulatorBits), .PortBits(PortBits),
    .ScratchpadWordsA(ScratchpadWordsA), .ScratchpadWordsB(ScratchpadWordsB), .DimBits(DimBits),
    .WindowBits(WindowBits), .OffsetBits(OffsetBits)
  ) u_operands (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_k_words_i,
    .job_tap_words_i,
    .job_chunk_words_i(chunk_words),
    .job_tile_rows_i  (tile_rows),
    .job_a_planes_i,
    .job_b_planes_i,
    .job_thresholds_i,
    .job_window_i,
    .rsp_valid_i,
    .rsp_data_i,
    .slot_ready_o     (slot_ready),
    .a_ready_o        (a_ready),
    .b_ready_o        (b_ready),
    .a_read_i         (a_read),
    .b_read_i         (b_read),
    .a_half_i         (a_half),
    .b_half_i         (b_half),
    .a_word_i         (a_word),
    .b_word_i         (b_word),
    .a_o              (a),
    .a_inside_o       (a_inside),
    .b_o              (b),
    .threshold_half_i (threshold_half),
    .threshold_o      (threshold),
    .direction_o      (direction)
  );

  // A word of a border tap takes its time and is not valid.
  assign a_valid = a_issued & a_inside;

  if (Dataflow == 0) begin : gen_output_stationary
    logic tail, unused_ready;
    assign unused_ready = a_ready ^ b_ready;
    assign cols_ready   = tile_ready;

    xnorsim_issue #(
      .Rows(Rows), .Cols(Cols), .ScratchpadWordsA(ScratchpadWordsA),
      .ScratchpadWordsB(ScratchpadWordsB), .DimBits(DimBits)
    ) u_issue (
      .clk_i,
      .rst_ni,
      .start_i,
      .job_m_i,
      .job_n_i,
      .job_k_words_i,
      .job_tap_words_i,
      .job_chunk_words_i(chunk_words),
      .job_a_planes_i,
      .job_b_planes_i,
      .job_a_weighted_i,
      .job_b_weighted_i,
      .job_a_negative_i,
      .job_b_negative_i,
      .job_shift_i,
      .slot_ready_i     (slot_ready),
      .a_read_o         (a_read),
      .b_read_o         (b_read),
      .a_half_o         (a_half),
      .b_half_o         (b_half),
      .a_word_o         (a_word),
      .b_word_o         (b_word),
      .a_free_o         (a_free),
      .b_free_o         (b_free),
      .a_valid_o        (a_issued),
      .b_valid_o        (b_valid),
      .first_o          (first),
      .last_o           (last),
      .tail_o           (tail),
      .negative_o       (negative),
      .shift_o          (shift),
      .issue_o,
      .wait_gap_o,
      .wait_load_o,
      .wait_store_o
    );

    xnorsim_datapath #(
      .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AccumulatorBits(AccumulatorBits),
      .ResultTiles(ResultTiles)
    ) u_datapath (
      .clk_i,
      .rst_ni,
      .start_i,
      .job_thresholds_i,
      .job_a_unipolar_i,
      .job_b_unipolar_i,
      .tail_mask_i     (job_tail_mask_i),
      .tail_lanes_i    (job_tail_lanes_i),
      .alternate_i     (job_thresholds_i && many_cols),
      .a_valid_i       (a_valid),
      .a_i             (a),
      .b_valid_i       (b_valid),
      .b_i             (b),
      .first_i         (first),
      .last_i          (last),
      .tail_i          (tail),
      .negative_i      (negative),
      .shift_i         (shift),
      .threshold_half_o(threshold_half),
      .threshold_i     (threshold),
      .direction_i     (direction),
      .tile_ready_o    (tile_ready),
      .buffer_address_i(buffer_address),
      .buffer_row_o    (buffer_row)
    );

  end else begin : gen_weight_stationary
    logic switch_flag, pass_end, tile_end, cols_end, preload, b_tail, unused_ready;
    logic [Rows-1:0] a_tail;
    assign unused_ready = slot_ready;

    xnorsim_ws_issue #(
      .Rows(Rows), .Cols(Cols), .TileRows(TileRows), .ScratchpadWordsA(ScratchpadWordsA),
      .ScratchpadWordsB(ScratchpadWordsB), .DimBits(DimBits)
    ) u_issue (
      .clk_i,
      .rst_ni,
      .start_i,
      .job_m_i,
      .job_n_i,
      .job_k_words_i,
      .job_tap_words_i,
      .job_tile_rows_i (tile_rows),
      .job_a_planes_i,
      .job_b_planes_i,
      .job_a_weighted_i,
      .job_b_weighted_i,
      .job_a_negative_i,
      .job_b_negative_i,
      .job_shift_i,
      .a_ready_i       (a_ready),
      .b_ready_i       (b_ready),
      .a_read_o        (a_read),
      .b_read_o        (b_read),
      .a_half_o        (a_half),
      .b_half_o        (b_half),
      .a_word_o        (a_word),
      .b_word_o        (b_word),
      .a_free_o        (a_free),
      .b_free_o        (b_free),
      .a_valid_o       (a_issued),
      .b_valid_o       (b_valid),
      .switch_o        (switch_flag),
      .first_o         (first),
      .last_o          (last),
      .pass_end_o      (pass_end),
      .tile_end_o      (tile_end),
      .cols_end_o      (cols_end),
      .a_tail_o        (a_tail),
      .negative_o      (negative),
      .shift_o         (shift),
      .preload_o       (preload),
      .b_tail_o        (b_tail),
      .issue_o,
      .wait_gap_o,
      .wait_load_o,
      .wait_store_o
    );

    xnorsim_ws_datapath #(
      .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AccumulatorBits(AccumulatorBits),
      .TileRows(TileRows), .ResultTiles(ResultTiles)
    ) u_datapath (
      .clk_i,
      .rst_ni,
      .start_i,
      .job_thresholds_i,
      .job_a_unipolar_i,
      .job_b_unipolar_i,
      .tail_mask_i     (job_tail_mask_i),
      .tail_lanes_i    (job_tail_lanes_i),
      .issue_i         (issue_o),
      .a_valid_i       (a_valid),
      .a_i             (a),
      .b_valid_i       (b_valid),
      .b_i             (b),
      .switch_i        (switch_flag),
      .first_i         (first),
      .last_i          (last),
      .pass_end_i      (pass_end),
      .tile_end_i      (tile_end),
      .cols_end_i      (cols_end),
      .a_tail_i        (a_tail),
      .negative_i      (negative),
      .shift_i         (shift),
      .preload_i       (preload),
      .b_tail_i        (b_tail),
      .threshold_half_o(threshold_half),
      .threshold_i     (threshold),
      .direction_i     (direction),
      .tile_ready_o    (tile_ready),
      .cols_ready_o    (cols_ready),
      .buffer_address_i(buffer_address),
      .buffer_row_o    (buffer_row)
    );
  end

`ifndef SYNTHESIS
  // Places of the result buffer: taken at a tile's first read, free when its last store is accepted.
  // They need no waiting logic, because the loads of a tile follow the store that frees its place.
  logic [3:0] places_q;
  logic store_end_q, place_free, place_taken;
  assign place_free = store_end_q && req_valid_o && req_ready_i;

  if (Dataflow == 0) begin : gen_place_output_stationary
    assign place_taken = gen_output_stationary.u_issue.tile_first;
  end else begin : gen_place_weight_stationary
    assign place_taken = gen_weight_stationary.u_issue.tile_first;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      places_q    <= '0;
      store_end_q <= 1'b0;
    end else begin
      places_q <= places_q + 4'(place_taken) - 4'(place_free);
      if (u_port.u_request.store_tile_end) store_end_q <= 1'b1;
      else if (place_free) store_end_q <= 1'b0;
    end
  end

  PlaceFree_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   place_taken |-> 32'(places_q) < ResultTiles);

  OneClass_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   $onehot({issue_o, wait_gap_o, wait_load_o, wait_store_o}));
`endif

endmodule
