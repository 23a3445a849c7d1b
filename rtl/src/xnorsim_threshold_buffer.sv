// SPDX-License-Identifier: Apache-2.0
//
// Doubled storage of thresholds: one half is compared with while the other is loaded.
//
// Parameters: Cols 1..256, AccumulatorBits 8..64.
// Latency: written at the edge with write_i, read without a clock edge.
// Overflow: not applicable, thresholds pass unchanged.
// Reference: simulator.tiling.Tiling, the threshold loads.

module xnorsim_threshold_buffer #(
  parameter int unsigned Cols = 4,
  parameter int unsigned AccumulatorBits = 32
) (
  input  logic                                 clk_i,

  // One port word may carry the thresholds of several columns.
  input  logic [Cols-1:0]                      write_i,
  input  logic                                 write_half_i,
  input  logic [Cols-1:0][AccumulatorBits:0]   write_data_i,

  // Each column reads the half of the tile that it drains.
  input  logic [Cols-1:0]                      read_half_i,
  output logic [Cols-1:0][AccumulatorBits-1:0] threshold_o,
  output logic [Cols-1:0]                      direction_o
);

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    logic [AccumulatorBits:0] half_0_q, half_1_q;

    always_ff @(posedge clk_i) begin
      if (write_i[c] && !write_half_i) half_0_q <= write_data_i[c];
      if (write_i[c] && write_half_i) half_1_q <= write_data_i[c];
    end

    assign {direction_o[c], threshold_o[c]} = read_half_i[c] ? half_1_q : half_0_q;
  end

endmodule
