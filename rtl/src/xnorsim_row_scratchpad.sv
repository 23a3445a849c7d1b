// SPDX-License-Identifier: Apache-2.0
//
// Scratchpad of A for weight stationary: a bank for each array row, two halves, at each place the k
// words of a row of A side by side.
//
// Parameters: Rows 1..256, Width 1..1025 (of a k word), Words >= 1 (places in one half, all planes).
// Latency: 1 cycle from read_i to word_o, which holds until the next read.
// Overflow: none, the places read and written are below Words.
// Reference: simulator.tiling.Tiling, the slots.

module xnorsim_row_scratchpad #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Width = 64,
  parameter int unsigned Words = 8,
  localparam int unsigned WordBits = (Words > 1) ? $clog2(Words) : 1
) (
  input  logic                       clk_i,

  input  logic [Rows-1:0]            write_i,
  input  logic                       write_half_i,
  input  logic [WordBits-1:0]        write_word_i,
  input  logic [Rows-1:0][Width-1:0] write_data_i,

  input  logic [Rows-1:0]            read_i,
  input  logic                       read_half_i,
  input  logic [WordBits-1:0]        read_word_i,
  output logic [Rows-1:0][Width-1:0] word_o
);

  localparam int unsigned AddressBits = $clog2(2 * Words);

  logic [AddressBits-1:0] write_address, read_address;
  assign write_address = AddressBits'(write_word_i) + (write_half_i ? AddressBits'(Words) : '0);
  assign read_address  = AddressBits'(read_word_i) + (read_half_i ? AddressBits'(Words) : '0);

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    xnorsim_bank #(
      .Width(Width),
      .Words(2 * Words)
    ) u_bank (
      .clk_i,
      .write_i        (write_i[r]),
      .write_address_i(write_address),
      .write_data_i   (write_data_i[r]),
      .read_i         (read_i[r]),
      .read_address_i (read_address),
      .read_data_o    (word_o[r])
    );
  end

endmodule
