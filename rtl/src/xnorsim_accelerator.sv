// SPDX-License-Identifier: Apache-2.0
//
// Accelerator: one matrix product, convolution or pooling a job, behind one memory port.
//
// Parameters: OrPool 0 or 1: there is a unit that pools maps of bits; the others as in xnorsim_core.
// Latency: docs/microarchitecture.md, sections 3 to 5 and 10; the first request is accepted 2 cycles after the
//   job.
// Overflow: none, see xnorsim_pe; the job's fields are legal when it is offered (LegalJob_A).
// Reference: workloads.reference for the result, simulator.engine for the cycles.

module xnorsim_accelerator #(
  parameter int unsigned OrPool = 0,
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

  // The job: sizes, kind of result, planes of each operand, first port word of each operand. A pooling job
  // has places (m), k words of a pixel (tap words), the window, and the addresses of map (A) and result.
  input  logic                 job_valid_i,
  output logic                 job_ready_o,
  input  logic                 job_pool_i,
  input  logic [DimBits-1:0]   job_m_i,
  input  logic [DimBits-1:0]   job_n_i,
  input  logic [DimBits-1:0]   job_k_words_i,
  input  logic [CountBits-1:0] job_tail_lanes_i,
  input  logic [DimBits-1:0]   job_n_words_i,
  input  logic                 job_thresholds_i,
  // Output stationary: k words of a chunk, as many as fit a half of both scratchpads in all planes.
  input  logic [ChunkBits-1:0] job_chunk_words_i,
  // Weight stationary: rows of an m tile, as many as fit a half of scratchpad A in all planes, and a place.
  input  logic [RowCountBits-1:0] job_tile_rows_i,
  // The map that A is read from: a row of A is a place of the window, a tap has so many k words.
  input  logic [DimBits-1:0]   job_tap_words_i,
  input  logic [DimBits-1:0]   job_map_h_i,
  input  logic [DimBits-1:0]   job_map_w_i,
  input  logic [DimBits-1:0]   job_result_w_i,
  input  logic [WindowBits-1:0] job_kernel_h_i,
  input  logic [WindowBits-1:0] job_kernel_w_i,
  input  logic [WindowBits-1:0] job_stride_h_i,
  input  logic [WindowBits-1:0] job_stride_w_i,
  input  logic [WindowBits-1:0] job_padding_h_i,
  input  logic [WindowBits-1:0] job_padding_w_i,
  input  logic [WindowBits-1:0] job_dilation_h_i,
  input  logic [WindowBits-1:0] job_dilation_w_i,
  // Planes 1..8; digits 0 and 1 instead of -1 and +1; the weight doubles with each plane; the top
  // plane counts negative. The shift is the weight of the first pair.
  input  logic [3:0]           job_a_planes_i,
  input  logic [3:0]           job_b_planes_i,
  input  logic                 job_a_unipolar_i,
  input  logic                 job_b_unipolar_i,
  input  logic                 job_a_weighted_i,
  input  logic                 job_b_weighted_i,
  input  logic                 job_a_negative_i,
  input  logic                 job_b_negative_i,
  input  logic [3:0]           job_shift_i,
  input  logic [AddrBits-1:0]  job_a_addr_i,
  input  logic [AddrBits-1:0]  job_b_addr_i,
  input  logic [AddrBits-1:0]  job_t_addr_i,
  input  logic [AddrBits-1:0]  job_r_addr_i,

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

  if (OrPool > 1) begin : gen_illegal_pool
    $error("OrPool must be 0 or 1");
  end

  logic start, core_start, pool, job_end, thresholds;
  logic a_unipolar, b_unipolar, a_weighted, b_weighted, a_negative, b_negative;
  logic [3:0] a_planes, b_planes, shift;
  logic [ChunkBits-1:0] chunk_words;
  logic [RowCountBits-1:0] tile_rows;
  logic [DimBits-1:0] m, n, k_words, tap_words, n_words;
  logic [ConstantBits-1:0] window;
  logic [AddrBits-1:0] a_addr, b_addr, t_addr, r_addr;
  logic [CountBits-1:0] tail_lanes;
  logic [Lanes-1:0] tail_mask;

  assign job_end    = req_valid_o && req_ready_i && req_last_o;
  assign core_start = start && !pool;

  xnorsim_job #(
    .Lanes(Lanes), .ChunkWords(ChunkWords), .TileRows(TileRows), .DimBits(DimBits),
    .WindowBits(WindowBits), .AddrBits(AddrBits)
  ) u_job (
    .clk_i,
    .rst_ni,
    .job_valid_i,
    .job_ready_o,
    .job_pool_i,
    .job_m_i,
    .job_n_i,
    .job_k_words_i,
    .job_tail_lanes_i,
    .job_n_words_i,
    .job_thresholds_i,
    .job_chunk_words_i,
    .job_tile_rows_i,
    .job_tap_words_i,
    .job_map_h_i,
    .job_map_w_i,
    .job_result_w_i,
    .job_kernel_h_i,
    .job_kernel_w_i,
    .job_stride_h_i,
    .job_stride_w_i,
    .job_padding_h_i,
    .job_padding_w_i,
    .job_dilation_h_i,
    .job_dilation_w_i,
    .job_a_planes_i,
    .job_b_planes_i,
    .job_a_unipolar_i,
    .job_b_unipolar_i,
    .job_a_weighted_i,
    .job_b_weighted_i,
    .job_a_negative_i,
    .job_b_negative_i,
    .job_shift_i,
    .job_a_addr_i,
    .job_b_addr_i,
    .job_t_addr_i,
    .job_r_addr_i,
    .end_i        (job_end),
    .start_o      (start),
    .pool_o       (pool),
    .m_o          (m),
    .n_o          (n),
    .k_words_o    (k_words),
    .tap_words_o  (tap_words),
    .window_o     (window),
    .n_words_o    (n_words),
    .thresholds_o (thresholds),
    .chunk_words_o(chunk_words),
    .tile_rows_o  (tile_rows),
    .a_planes_o   (a_planes),
    .b_planes_o   (b_planes),
    .a_addr_o     (a_addr),
    .b_addr_o     (b_addr),
    .t_addr_o     (t_addr),
    .r_addr_o     (r_addr),
    .a_unipolar_o (a_unipolar),
    .b_unipolar_o (b_unipolar),
    .a_weighted_o (a_weighted),
    .b_weighted_o (b_weighted),
    .a_negative_o (a_negative),
    .b_negative_o (b_negative),
    .shift_o      (shift),
    .tail_lanes_o (tail_lanes),
    .tail_mask_o  (tail_mask)
  );

  // The array's side of the port.
  logic core_req_valid, core_req_write, core_req_last, core_req_void, core_issue, core_wait_load;
  logic [AddrBits-1:0] core_req_addr;
  logic [PortBits-1:0] core_req_wdata, core_req_wmask;

  xnorsim_core #(
    .Dataflow(Dataflow), .AccumulatorRows(AccumulatorRows), .Rows(Rows), .Cols(Cols), .Lanes(Lanes),
    .AccumulatorBits(AccumulatorBits), .PortBits(PortBits), .ScratchpadWordsA(ScratchpadWordsA),
    .ScratchpadWordsB(ScratchpadWordsB), .ResultTiles(ResultTiles), .DimBits(DimBits),
    .WindowBits(WindowBits), .AddrBits(AddrBits)
  ) u_core (
    .clk_i,
    .rst_ni,
    .start_i          (core_start),
    .job_m_i          (m),
    .job_n_i          (n),
    .job_k_words_i    (k_words),
    .job_tap_words_i  (tap_words),
    .job_window_i     (window),
    .job_n_words_i    (n_words),
    .job_thresholds_i (thresholds),
    .job_chunk_words_i(chunk_words),
    .job_tile_rows_i  (tile_rows),
    .job_a_planes_i   (a_planes),
    .job_b_planes_i   (b_planes),
    .job_a_addr_i     (a_addr),
    .job_b_addr_i     (b_addr),
    .job_t_addr_i     (t_addr),
    .job_r_addr_i     (r_addr),
    .job_a_unipolar_i (a_unipolar),
    .job_b_unipolar_i (b_unipolar),
    .job_a_weighted_i (a_weighted),
    .job_b_weighted_i (b_weighted),
    .job_a_negative_i (a_negative),
    .job_b_negative_i (b_negative),
    .job_shift_i      (shift),
    .job_tail_lanes_i (tail_lanes),
    .job_tail_mask_i  (tail_mask),
    .req_valid_o      (core_req_valid),
    .req_ready_i,
    .req_write_o      (core_req_write),
    .req_last_o       (core_req_last),
    .req_void_o       (core_req_void),
    .req_addr_o       (core_req_addr),
    .req_wdata_o      (core_req_wdata),
    .req_wmask_o      (core_req_wmask),
    .rsp_valid_i      (rsp_valid_i && !pool),
    .rsp_data_i,
    .issue_o          (core_issue),
    .wait_gap_o,
    .wait_load_o      (core_wait_load),
    .wait_store_o
  );

  // One of the two works at a time; the other has no request, and is in the class of those who wait for
  // loads. The choice at the port is that of the request registers.
  if (OrPool == 1) begin : gen_pool
    logic pool_rsp_valid, pool_req_valid, pool_req_write, pool_req_last, pool_req_void;
    logic [AddrBits-1:0] pool_req_addr;
    logic [PortBits-1:0] pool_req_wdata;

    assign pool_rsp_valid = rsp_valid_i && pool;

    xnorsim_pool #(
      .Lanes(Lanes), .PortBits(PortBits), .ResultTiles(ResultTiles), .DimBits(DimBits),
      .WindowBits(WindowBits), .AddrBits(AddrBits)
    ) u_pool (
      .clk_i,
      .rst_ni,
      .start_i        (start && pool),
      .job_m_i        (m),
      .job_tap_words_i(tap_words),
      .job_window_i   (window),
      .job_a_addr_i   (a_addr),
      .job_r_addr_i   (r_addr),
      .req_valid_o    (pool_req_valid),
      .req_ready_i,
      .req_write_o    (pool_req_write),
      .req_last_o     (pool_req_last),
      .req_void_o     (pool_req_void),
      .req_addr_o     (pool_req_addr),
      .req_wdata_o    (pool_req_wdata),
      .rsp_valid_i    (pool_rsp_valid),
      .rsp_data_i
    );

    assign req_valid_o = pool_req_valid || core_req_valid;
    assign req_write_o = pool_req_valid ? pool_req_write : core_req_write;
    assign req_last_o  = pool_req_valid ? pool_req_last : core_req_last;
    assign req_void_o  = pool_req_valid ? pool_req_void : core_req_void;
    assign req_addr_o  = pool_req_valid ? pool_req_addr : core_req_addr;
    assign req_wdata_o = pool_req_valid ? pool_req_wdata : core_req_wdata;
    assign req_wmask_o = pool_req_valid ? '1 : core_req_wmask;
    assign issue_o     = core_issue || pool_rsp_valid;
    assign wait_load_o = core_wait_load && !pool_rsp_valid;
  end else begin : gen_no_pool
    assign req_valid_o = core_req_valid;
    assign req_write_o = core_req_write;
    assign req_last_o  = core_req_last;
    assign req_void_o  = core_req_void;
    assign req_addr_o  = core_req_addr;
    assign req_wdata_o = core_req_wdata;
    assign req_wmask_o = core_req_wmask;
    assign issue_o     = core_issue;
    assign wait_load_o = core_wait_load;
  end

`ifndef SYNTHESIS
  PoolThere_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) start && pool |-> OrPool == 1);

  LegalWindow_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) start |->
                   (job_m_i != '0) && (job_tap_words_i != '0)
                   && (job_map_h_i != '0) && (job_map_w_i != '0) && (job_result_w_i != '0)
                   && (job_kernel_h_i != '0) && (job_kernel_w_i != '0)
                   && (job_stride_h_i != '0) && (job_stride_w_i != '0)
                   && (job_dilation_h_i != '0) && (job_dilation_w_i != '0));

  LegalJob_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) core_start |->
                   (job_n_i != '0)
                   && (64'(job_kernel_h_i) * 64'(job_kernel_w_i) * 64'(job_tap_words_i)
                       == 64'(job_k_words_i))
                   && (job_tail_lanes_i != '0) && (32'(job_tail_lanes_i) <= Lanes)
                   && (32'(job_n_words_i) == (32'(job_n_i) + Lanes - 1) / Lanes));

  // A half holds a chunk of every plane, or an m tile, and no weight outgrows its four bits.
  logic legal_sizes;

  if (Dataflow == 0) begin : gen_legal_chunk
    assign legal_sizes = (job_chunk_words_i != '0)
                         && (32'(job_chunk_words_i) * 32'(job_a_planes_i) <= ScratchpadWordsA)
                         && (32'(job_chunk_words_i) * 32'(job_b_planes_i) <= ScratchpadWordsB);
  end else begin : gen_legal_tile
    // 1 to TileRows rows: the difference wraps around for others.
    assign legal_sizes = (TileRows - 32'(job_tile_rows_i) < TileRows)
                         && (32'(job_tile_rows_i) * 32'(job_a_planes_i) <= ScratchpadWordsA)
                         && (Rows * 32'(job_b_planes_i) <= ScratchpadWordsB);
  end

  LegalPlanes_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) core_start |->
                   (job_a_planes_i != '0) && (job_a_planes_i <= 4'd8)
                   && (job_b_planes_i != '0) && (job_b_planes_i <= 4'd8) && legal_sizes
                   && (32'(job_shift_i)
                       + (job_a_weighted_i ? 32'(job_a_planes_i) - 1 : 0)
                       + (job_b_weighted_i ? 32'(job_b_planes_i) - 1 : 0) <= 15));
`endif

endmodule
