// SPDX-License-Identifier: Apache-2.0
//
// From the issue port to the result buffer: skew, array, drain, threshold units.
//
// Parameters: Rows, Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64, ResultTiles 2..8.
// Latency: a tile whose last word issues at edge L has its last result in the buffer at edge
//   L + 2 * Rows + Cols - 1, with tile_ready_o.
// Overflow: none, see xnorsim_pe and xnorsim_drain.
// Reference: workloads.reference for the results, simulator.engine.run_job for z(t).

module xnorsim_datapath #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned ResultTiles = 5,
  localparam int unsigned CountBits = $clog2(Lanes + 1),
  localparam int unsigned BufferBits = $clog2(ResultTiles * Rows)
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 start_i,
  input  logic                                 job_thresholds_i,
  input  logic                                 job_a_unipolar_i,
  input  logic                                 job_b_unipolar_i,
  input  logic [Lanes-1:0]                     tail_mask_i,
  input  logic [CountBits-1:0]                 tail_lanes_i,
  // Thresholds change with every tile.
  input  logic                                 alternate_i,

  // The issue port.
  input  logic [Rows-1:0]                      a_valid_i,
  input  logic [Rows-1:0][Lanes-1:0]           a_i,
  input  logic [Cols-1:0]                      b_valid_i,
  input  logic [Cols-1:0][Lanes-1:0]           b_i,
  input  logic                                 first_i,
  input  logic                                 last_i,
  input  logic                                 tail_i,
  input  logic                                 negative_i,
  input  logic [3:0]                           shift_i,

  output logic [Cols-1:0]                      threshold_half_o,
  input  logic [Cols-1:0][AccumulatorBits-1:0] threshold_i,
  input  logic [Cols-1:0]                      direction_i,

  output logic                                 tile_ready_o,
  input  logic [BufferBits-1:0]                buffer_address_i,
  output logic [Cols-1:0][AccumulatorBits-1:0] buffer_row_o
);

  logic [Rows-1:0] a_valid, first, last, tail, negative;
  logic [Rows-1:0][3:0] shift;
  logic [Rows-1:0][Lanes-1:0] a_masked, a;
  logic [Rows-1:0][CountBits-1:0] a_ones;
  logic [Cols-1:0] b_valid;
  logic [Cols-1:0][Lanes-1:0] b_masked, b;
  logic [Cols-1:0][CountBits-1:0] b_ones;

  // Behind the tail of a row no pair of bits may count: A is 0 there, and B is 1 for XNOR, 0 for AND.
  logic xnor_product;
  logic [Lanes-1:0] keep, fill;
  assign xnor_product = !job_a_unipolar_i && !job_b_unipolar_i;
  assign keep         = tail_i ? tail_mask_i : '1;
  assign fill         = xnor_product ? ~keep : '0;

  for (genvar r = 0; r < Rows; r++) begin : gen_mask_a
    assign a_masked[r] = a_i[r] & keep;
  end

  for (genvar c = 0; c < Cols; c++) begin : gen_mask_b
    assign b_masked[c] = (b_i[c] & keep) | fill;
  end

  xnorsim_skew #(.Ports(Rows), .Lanes(Lanes)) u_skew_a (
    .clk_i, .rst_ni, .valid_i(a_valid_i), .word_i(a_masked), .valid_o(a_valid), .word_o(a)
  );

  xnorsim_skew #(.Ports(Cols), .Lanes(Lanes)) u_skew_b (
    .clk_i, .rst_ni, .valid_i(b_valid_i), .word_i(b_masked), .valid_o(b_valid), .word_o(b)
  );

  xnorsim_flag_skew #(.Rows(Rows)) u_skew_flags (
    .clk_i, .rst_ni, .first_i, .last_i, .tail_i, .negative_i, .shift_i,
    .first_o(first), .last_o(last), .tail_o(tail), .negative_o(negative), .shift_o(shift)
  );

  // Where digits are mixed the unipolar side's sums enter with the words and pass on with them.
  xnorsim_ones #(.Ports(Rows), .Lanes(Lanes)) u_ones_a (
    .enable_i(job_a_unipolar_i && !job_b_unipolar_i), .word_i(a), .ones_o(a_ones)
  );

  xnorsim_ones #(.Ports(Cols), .Lanes(Lanes)) u_ones_b (
    .enable_i(job_b_unipolar_i && !job_a_unipolar_i), .word_i(b), .ones_o(b_ones)
  );

  logic [Cols-1:0][Rows-1:0] drain;
  logic [Cols-1:0][AccumulatorBits-1:0] sum, result, unused_old;
  logic bottom_last;

  xnorsim_array #(
    .Rows           (Rows),
    .Cols           (Cols),
    .Lanes          (Lanes),
    .AccumulatorBits(AccumulatorBits)
  ) u_array (
    .clk_i,
    .rst_ni,
    .job_a_unipolar_i,
    .job_b_unipolar_i,
    .tail_lanes_i,
    .a_valid_i (a_valid),
    .a_i       (a),
    .a_ones_i  (a_ones),
    .first_i   (first),
    .last_i    (last),
    .tail_i    (tail),
    .negative_i(negative),
    .shift_i   (shift),
    .b_valid_i (b_valid),
    .b_i       (b),
    .b_ones_i  (b_ones),
    .drain_i   (drain),
    .result_o  (sum),
    .last_o    (bottom_last)
  );

  logic [Cols-1:0] write;
  logic [Cols-1:0][BufferBits-1:0] write_address;

  xnorsim_drain #(.Rows(Rows), .Cols(Cols), .ResultTiles(ResultTiles)) u_drain (
    .clk_i,
    .rst_ni,
    .start_i,
    .alternate_i,
    .last_i   (bottom_last),
    .drain_o  (drain),
    .valid_o  (write),
    .address_o(write_address),
    .half_o   (threshold_half_o),
    .done_o   (tile_ready_o)
  );

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    xnorsim_threshold #(.AccumulatorBits(AccumulatorBits)) u_threshold (
      .enable_i   (job_thresholds_i),
      .sum_i      (sum[c]),
      .threshold_i(threshold_i[c]),
      .direction_i(direction_i[c]),
      .result_o   (result[c])
    );
  end

  xnorsim_result_buffer #(
    .TileRows       (Rows),
    .Cols           (Cols),
    .AccumulatorBits(AccumulatorBits),
    .ResultTiles    (ResultTiles)
  ) u_result_buffer (
    .clk_i,
    .write_i        (write),
    .write_address_i(write_address),
    .write_data_i   (result),
    .old_o          (unused_old),
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
