// SPDX-License-Identifier: Apache-2.0
//
// Ones of each word that enters the array on one side: the sum of a unipolar word's digits.
//
// Parameters: Ports 1..256, Lanes 1..1024. Latency: 0 cycles (combinational).
// Overflow: none, a count holds 0..Lanes.
// Reference: workloads.reference.plane_product, the sum taken off a mixed pair.

module xnorsim_ones #(
  parameter int unsigned Ports = 4,
  parameter int unsigned Lanes = 64,
  localparam int unsigned CountBits = $clog2(Lanes + 1)
) (
  // A mixed pair with the unipolar words on this side; otherwise nothing is counted.
  input  logic                            enable_i,
  input  logic [Ports-1:0][Lanes-1:0]     word_i,
  output logic [Ports-1:0][CountBits-1:0] ones_o
);

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    xnorsim_popcount #(
      .Lanes(Lanes)
    ) u_popcount (
      .word_i (enable_i ? word_i[p] : '0),
      .count_o(ones_o[p])
    );
  end

endmodule
