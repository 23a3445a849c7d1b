// SPDX-License-Identifier: Apache-2.0
//
// Memory with one write port and one synchronous read port.
//
// Parameters: Width 1..1025, Words >= 1.
// Latency: 1 cycle from read_i to read_data_o, which holds until the next read.
// Overflow: not applicable, words pass unchanged.
// Reference: none, it only holds words.

module xnorsim_bank #(
  parameter int unsigned Width = 64,
  parameter int unsigned Words = 16,
  localparam int unsigned AddressBits = (Words > 1) ? $clog2(Words) : 1
) (
  input  logic                   clk_i,
  input  logic                   write_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [Width-1:0]       write_data_i,
  input  logic                   read_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [Width-1:0]       read_data_o
);

  logic [Width-1:0] memory_q [Words];
  logic [Width-1:0] read_data_q;

  always_ff @(posedge clk_i) begin
    if (write_i) memory_q[write_address_i] <= write_data_i;
  end

  always_ff @(posedge clk_i) begin
    if (read_i) read_data_q <= memory_q[read_address_i];
  end

  assign read_data_o = read_data_q;

endmodule
