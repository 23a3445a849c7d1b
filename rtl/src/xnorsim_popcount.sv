// SPDX-License-Identifier: Apache-2.0
//
// Count the ones of a word.
//
// Parameters: Lanes 1..1024. Latency: 0 cycles (combinational).
// Overflow: none, count_o holds 0..Lanes.
// Reference: workloads.packing.popcount.

module xnorsim_popcount #(
  parameter int unsigned Lanes = 64,
  localparam int unsigned CountBits = $clog2(Lanes + 1)
) (
  input  logic [Lanes-1:0]     word_i,
  output logic [CountBits-1:0] count_o
);

  // A system function rather than a tree of adders: synthesis merges it into one compressor tree,
  // a simulator counts a machine word at once.
  assign count_o = CountBits'($countones(word_i));

endmodule
