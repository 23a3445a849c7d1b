// SPDX-License-Identifier: Apache-2.0
//
// Threshold unit of one column: fold batch normalization and sign into one comparison.
//
// Parameters: AccumulatorBits 8..64. Latency: 0 cycles (combinational).
// Overflow: none, a comparison of two signed numbers of AccumulatorBits.
// Reference: workloads.reference.threshold, one element.

module xnorsim_threshold #(
  parameter int unsigned AccumulatorBits = 32
) (
  // 0: sums pass, 1: one bit for each sum.
  input  logic                       enable_i,
  input  logic [AccumulatorBits-1:0] sum_i,
  input  logic [AccumulatorBits-1:0] threshold_i,
  // 0: one where sum >= threshold, 1: one where sum <= threshold.
  input  logic                       direction_i,
  output logic [AccumulatorBits-1:0] result_o
);

  logic at_least, at_most;
  assign at_least = $signed(sum_i) >= $signed(threshold_i);
  assign at_most  = $signed(sum_i) <= $signed(threshold_i);

  assign result_o = enable_i ? AccumulatorBits'(direction_i ? at_most : at_least) : sum_i;

endmodule
