// SPDX-License-Identifier: Apache-2.0
//
// Accept a job and hold its constants until its last store is accepted.
//
// Parameters: Lanes 1..1024, ChunkWords >= 1, DimBits 1..30, WindowBits 1..DimBits, AddrBits 1..64.
// Latency: 0 cycles at the edge that accepts the job (fields pass from the port), held from then on;
//   job_ready_o rises behind the edge with end_i.
// Overflow: not applicable, fields pass unchanged.
// Reference: simulator.engine.run_job, the start and the end of a job.

module xnorsim_job #(
  parameter int unsigned Lanes = 64,
  parameter int unsigned TileRows = 4,
  parameter int unsigned ChunkWords = 8,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned CountBits = $clog2(Lanes + 1),
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 job_valid_i,
  output logic                 job_ready_o,
  input  logic                 job_pool_i,
  input  logic [DimBits-1:0]   job_m_i,
  input  logic [DimBits-1:0]   job_n_i,
  input  logic [DimBits-1:0]   job_k_words_i,
  input  logic [CountBits-1:0] job_tail_lanes_i,
  input  logic [DimBits-1:0]   job_n_words_i,
  input  logic                 job_thresholds_i,
  input  logic [ChunkBits-1:0] job_chunk_words_i,
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

  // The last store is accepted at this edge.
  input  logic                 end_i,

  // The job is accepted at this edge.
  output logic                 start_o,
  output logic                 pool_o,
  output logic [DimBits-1:0]   m_o,
  output logic [DimBits-1:0]   n_o,
  output logic [DimBits-1:0]   k_words_o,
  output logic [DimBits-1:0]   tap_words_o,
  output logic [ConstantBits-1:0] window_o,
  output logic [DimBits-1:0]   n_words_o,
  output logic                 thresholds_o,
  output logic [ChunkBits-1:0] chunk_words_o,
  output logic [RowCountBits-1:0] tile_rows_o,
  output logic [3:0]           a_planes_o,
  output logic [3:0]           b_planes_o,
  output logic [AddrBits-1:0]  a_addr_o,
  output logic [AddrBits-1:0]  b_addr_o,
  output logic [AddrBits-1:0]  t_addr_o,
  output logic [AddrBits-1:0]  r_addr_o,
  // For what issues, from the edge after: the first word comes much later.
  output logic                 a_unipolar_o,
  output logic                 b_unipolar_o,
  output logic                 a_weighted_o,
  output logic                 b_weighted_o,
  output logic                 a_negative_o,
  output logic                 b_negative_o,
  output logic [3:0]           shift_o,
  output logic [CountBits-1:0] tail_lanes_o,
  output logic [Lanes-1:0]     tail_mask_o
);

  localparam int unsigned Width =
      5 * DimBits + ConstantBits + 2 + ChunkBits + RowCountBits + 8 + 4 * AddrBits;

  logic busy_q;
  logic [Width-1:0] fields_q, fields;

  assign job_ready_o = !busy_q;
  assign start_o     = job_valid_i && job_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (start_o) busy_q <= 1'b1;
    else if (end_i) busy_q <= 1'b0;
  end

  assign fields = busy_q ? fields_q
                  : {job_pool_i, job_m_i, job_n_i, job_k_words_i, job_n_words_i, job_thresholds_i,
                     job_tap_words_i, job_map_h_i, job_map_w_i, job_result_w_i, job_kernel_h_i,
                     job_kernel_w_i, job_stride_h_i, job_stride_w_i, job_padding_h_i,
                     job_padding_w_i, job_dilation_h_i, job_dilation_w_i, job_chunk_words_i,
                     job_tile_rows_i, job_a_planes_i, job_b_planes_i, job_a_addr_i, job_b_addr_i,
                     job_t_addr_i, job_r_addr_i};

  assign {pool_o, m_o, n_o, k_words_o, n_words_o, thresholds_o, tap_words_o, window_o, chunk_words_o,
          tile_rows_o, a_planes_o, b_planes_o, a_addr_o, b_addr_o, t_addr_o, r_addr_o} = fields;

  always_ff @(posedge clk_i) begin
    if (start_o) begin
      fields_q     <= fields;
      a_unipolar_o <= job_a_unipolar_i;
      b_unipolar_o <= job_b_unipolar_i;
      a_weighted_o <= job_a_weighted_i;
      b_weighted_o <= job_b_weighted_i;
      a_negative_o <= job_a_negative_i;
      b_negative_o <= job_b_negative_i;
      shift_o      <= job_shift_i;
      tail_lanes_o <= job_tail_lanes_i;
      tail_mask_o  <= ~({Lanes{1'b1}} << job_tail_lanes_i);
    end
  end

`ifndef SYNTHESIS
  // No job starts that nobody asked for.
  Asked_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) start_o |-> job_valid_i);
`endif

endmodule
