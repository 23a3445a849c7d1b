// SPDX-License-Identifier: Apache-2.0
//
// Result buffer: the results of the tiles that drain or wait for their store, one memory a column; in
// weight stationary the sums of the tiles that issue, too.
//
// Parameters: TileRows >= 1 (rows of a place), Cols 1..256, AccumulatorBits 8..64, ResultTiles 2..8.
// Latency: written at the edge with write_i, read without a clock edge (a register file: the row
//   read goes straight into the request register, and a sum is read and written at one edge).
// Overflow: none, a place is reserved before its tile issues (xnorsim_core, PlaceFree_A).
// Reference: simulator.engine.run_job, the places of the result buffer.

module xnorsim_result_buffer #(
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned ResultTiles = 5,
  localparam int unsigned AddressBits = $clog2(ResultTiles * TileRows)
) (
  input  logic                                 clk_i,
  input  logic [Cols-1:0]                      write_i,
  input  logic [Cols-1:0][AddressBits-1:0]     write_address_i,
  input  logic [Cols-1:0][AccumulatorBits-1:0] write_data_i,
  // What the place that is written has held.
  output logic [Cols-1:0][AccumulatorBits-1:0] old_o,
  input  logic [AddressBits-1:0]               read_address_i,
  output logic [Cols-1:0][AccumulatorBits-1:0] row_o
);

  for (genvar c = 0; c < Cols; c++) begin : gen_col
    logic [AccumulatorBits-1:0] memory_q [ResultTiles * TileRows];

    always_ff @(posedge clk_i) begin
      if (write_i[c]) memory_q[write_address_i[c]] <= write_data_i[c];
    end

    assign old_o[c] = memory_q[write_address_i[c]];
    assign row_o[c] = memory_q[read_address_i];
  end

endmodule
