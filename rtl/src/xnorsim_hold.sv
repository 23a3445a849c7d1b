// SPDX-License-Identifier: Apache-2.0
//
// Watches a data register in simulation: while nothing valid comes it holds, or it switches for
// nothing.
//
// Parameters: Width 1..2^16. Latency: none, it drives nothing.
// Overflow: none.
// Reference: the enables of data registers in docs/microarchitecture.md.
//
// A module, since Verilator 5.48 keeps one memory of the past for the assertions of all turns of a
// generate loop.

module xnorsim_hold #(
  parameter int unsigned Width = 64
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  // The register takes a value at this edge.
  input  logic             load_i,
  input  logic [Width-1:0] data_i
);

`ifdef SYNTHESIS
  logic unused;
  assign unused = ^{clk_i, rst_ni, load_i, data_i};
`else
  Hold_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) !load_i |=> $stable(data_i));
`endif

endmodule
