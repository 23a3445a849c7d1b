// SPDX-License-Identifier: Apache-2.0
//
// From the issue port to the result buffer, weight stationary: skew, array, accumulation, threshold units.
//
// Parameters: Rows, Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64, TileRows >= 1 (rows of a place),
//   ResultTiles 2..8.
// Latency: a tile whose last row issues at edge L has its last result in the buffer at edge
//   L + Rows + Cols, with tile_ready_o.
// Overflow: none, see xnorsim_ws_pe and xnorsim_accumulate.
// Reference: workloads.reference for the results, simulator.engine.run_job for z(t).

module xnorsim_ws_datapath #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned TileRows = 4,
  parameter int unsigned ResultTiles = 5,
  localparam int unsigned CountBits = $clog2(Lanes + 1),
  localparam int unsigned BufferBits = $clog2(ResultTiles * TileRows)
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 start_i,
  input  logic                                 job_thresholds_i,
  input  logic                                 job_a_unipolar_i,
  input  logic                                 job_b_unipolar_i,
  input  logic [Lanes-1:0]                     tail_mask_i,
  input  logic [CountBits-1:0]                 tail_lanes_i,

  // The issue port: a row of A, a word of a preload, and what runs along (see xnorsim_ws_issue).
  input  logic                                 issue_i,
  input  logic [Rows-1:0]                      a_valid_i,
  input  logic [Rows-1:0][Lanes-1:0]           a_i,
  input  logic [Cols-1:0]                      b_valid_i,
  input  logic [Cols-1:0][Lanes-1:0]           b_i,
  input  logic                                 switch_i,
  input  logic                                 first_i,
  input  logic                                 last_i,
  input  logic                                 pass_end_i,
  input  logic                                 tile_end_i,
  input  logic                                 cols_end_i,
  input  logic [Rows-1:0]                      a_tail_i,
  input  logic                                 negative_i,
  input  logic [3:0]                           shift_i,
  input  logic                                 preload_i,
  input  logic                                 b_tail_i,

  output logic [Cols-1:0]                      threshold_half_o,
  input  logic [Cols-1:0][AccumulatorBits-1:0] threshold_i,
  input  logic [Cols-1:0]                      direction_i,

  // The last result of a tile is written; of the last tile of its columns.
  output logic                                 tile_ready_o,
  output logic                                 cols_ready_o,
  input  logic [BufferBits-1:0]                buffer_address_i,
  output logic [Cols-1:0][AccumulatorBits-1:0] buffer_row_o
);

  logic [Rows-1:0] issue, switch_flag, a_valid, tail, negative, capture;
  logic [Rows-1:0][3:0] shift;
  logic [Rows-1:0][Lanes-1:0] a;
  logic [Rows-1:0][Lanes:0] a_masked, a_skewed;
  logic [Rows-1:0][CountBits-1:0] a_ones;
  logic [Cols-1:0] b_valid;
  logic [Cols-1:0][Lanes-1:0] b_masked, b;
  logic [Cols-1:0][CountBits-1:0] b_ones;

  // Behind the tail of a tap no pair of bits may count: A is 0 there, and B is 1 for XNOR, 0 for AND.
  logic xnor_product;
  logic [Lanes-1:0] b_keep, b_fill;
  assign xnor_product = !job_a_unipolar_i && !job_b_unipolar_i;
  assign b_keep       = b_tail_i ? tail_mask_i : '1;
  assign b_fill       = xnor_product ? ~b_keep : '0;

  for (genvar r = 0; r < Rows; r++) begin : gen_mask_a
    assign a_masked[r]      = {a_tail_i[r], a_i[r] & (a_tail_i[r] ? tail_mask_i : '1)};
    assign {tail[r], a[r]}  = a_skewed[r];
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_mask_b
    assign b_masked[c] = (b_i[c] & b_keep) | b_fill;
  end

  xnorsim_skew #(.Ports(Rows), .Lanes(Lanes + 1)) u_skew_a (
    .clk_i, .rst_ni, .valid_i(a_valid_i), .word_i(a_masked), .valid_o(a_valid), .word_o(a_skewed)
  );

  xnorsim_skew #(.Ports(Cols), .Lanes(Lanes)) u_skew_b (
    .clk_i, .rst_ni, .valid_i(b_valid_i), .word_i(b_masked), .valid_o(b_valid), .word_o(b)
  );

  xnorsim_ws_flags #(.Rows(Rows)) u_flags (
    .clk_i, .rst_ni, .issue_i, .switch_i, .negative_i, .shift_i, .preload_i,
    .issue_o(issue), .switch_o(switch_flag), .negative_o(negative), .shift_o(shift),
    .capture_o(capture)
  );

  // Where digits are mixed the unipolar side's sums enter with the words and pass on with them.
  xnorsim_ones #(.Ports(Rows), .Lanes(Lanes)) u_ones_a (
    .enable_i(job_a_unipolar_i && !job_b_unipolar_i), .word_i(a), .ones_o(a_ones)
  );

  xnorsim_ones #(.Ports(Cols), .Lanes(Lanes)) u_ones_b (
    .enable_i(job_b_unipolar_i && !job_a_unipolar_i), .word_i(b), .ones_o(b_ones)
  );

  logic [Cols-1:0][AccumulatorBits-1:0] sum, old, total, result;

  xnorsim_ws_array #(
    .Rows(Rows), .Cols(Cols), .Lanes(Lanes), .AccumulatorBits(AccumulatorBits)
  ) u_array (
    .clk_i,
    .rst_ni,
    .job_a_unipolar_i,
    .job_b_unipolar_i,
    .tail_lanes_i,
    .issue_i   (issue),
    .switch_i  (switch_flag),
    .a_valid_i (a_valid),
    .a_i       (a),
    .tail_i    (tail),
    .negative_i(negative),
    .shift_i   (shift),
    .a_ones_i  (a_ones),
    .capture_i (capture),
    .b_valid_i (b_valid),
    .b_i       (b),
    .b_ones_i  (b_ones),
    .sum_o     (sum)
  );

  logic [Cols-1:0] write, first, last;
  logic [Cols-1:0][BufferBits-1:0] write_address;

  xnorsim_accumulate #(
    .Rows(Rows), .Cols(Cols), .TileRows(TileRows), .ResultTiles(ResultTiles)
  ) u_accumulate (
    .clk_i,
    .rst_ni,
    .start_i,
    .issue_i,
    .first_i,
    .last_i,
    .pass_end_i,
    .tile_end_i,
    .cols_end_i,
    .valid_o    (write),
    .first_o    (first),
    .last_o     (last),
    .address_o  (write_address),
    .half_o     (threshold_half_o),
    .done_o     (tile_ready_o),
    .cols_done_o(cols_ready_o)
  );

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    assign total[c] = first[c] ? sum[c] : old[c] + sum[c];

    xnorsim_threshold #(.AccumulatorBits(AccumulatorBits)) u_threshold (
      .enable_i   (job_thresholds_i && last[c]),
      .sum_i      (total[c]),
      .threshold_i(threshold_i[c]),
      .direction_i(direction_i[c]),
      .result_o   (result[c])
    );
  end

  xnorsim_result_buffer #(
    .TileRows       (TileRows),
    .Cols           (Cols),
    .AccumulatorBits(AccumulatorBits),
    .ResultTiles    (ResultTiles)
  ) u_result_buffer (
    .clk_i,
    .write_i        (write),
    .write_address_i(write_address),
    .write_data_i   (result),
    .old_o          (old),
    .read_address_i (buffer_address_i),
    .row_o          (buffer_row_o)
  );

`ifndef SYNTHESIS
  // Ones are counted where digits are mixed, and there on one side.
  OnesOfA_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !job_a_unipolar_i || job_b_unipolar_i |-> a_ones == '0);
  OnesOfB_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !job_b_unipolar_i || job_a_unipolar_i |-> b_ones == '0);
`endif

endmodule
