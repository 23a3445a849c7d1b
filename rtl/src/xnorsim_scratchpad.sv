// SPDX-License-Identifier: Apache-2.0
//
// Scratchpad of one operand: a bank for each row, two halves, one k word of every row a cycle.
//
// The k words of all planes lie in a half one behind the other, without gaps: plane p of a chunk
// starts at place p * kc, kc the k words of a chunk, wherever that is in a port word.
// Parameters: Rows 1..256, Width 1..1025 (of a k word), Words >= 1 (k words of a row in one half, all planes),
//   PortSlots a power of two (k words in a port word).
// Latency: 1 cycle from read_i to word_o, which holds until the next read.
// Overflow: none, the words read and written are below Words.
// Reference: simulator.tiling.Tiling, the slots.

module xnorsim_scratchpad #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Width = 64,
  parameter int unsigned Words = 8,
  parameter int unsigned PortSlots = 2,
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1,
  localparam int unsigned WordBits = (Words > 1) ? $clog2(Words) : 1,
  // A bank is split by the k word's place mod PortSlots, so that one port word writes each sub-bank once.
  localparam int unsigned Banks = (PortSlots < Words) ? PortSlots : Words,
  localparam int unsigned Entries = (Words + PortSlots - 1) / PortSlots,
  localparam int unsigned EntryBits = (Entries > 1) ? $clog2(Entries) : 1
) (
  input  logic                            clk_i,

  input  logic [Banks-1:0]                write_i,
  input  logic                            write_half_i,
  input  logic [RowBits-1:0]              write_row_i,
  input  logic [Banks-1:0][EntryBits-1:0] write_entry_i,
  input  logic [Banks-1:0][Width-1:0]     write_data_i,

  input  logic [Rows-1:0]                 read_i,
  input  logic                            read_half_i,
  input  logic [WordBits-1:0]             read_word_i,
  output logic [Rows-1:0][Width-1:0]      word_o
);

  localparam int unsigned AddressBits = $clog2(2 * Entries);
  localparam int unsigned BankBits = (Banks > 1) ? $clog2(Banks) : 1;

  logic [BankBits-1:0] read_bank, read_bank_q;
  logic [AddressBits-1:0] read_address;
  logic [Banks-1:0][AddressBits-1:0] write_address;

  assign read_bank    = BankBits'(32'(read_word_i) % PortSlots);
  assign read_address = AddressBits'(32'(read_word_i) / PortSlots)
                        + (read_half_i ? AddressBits'(Entries) : '0);

  for (genvar b = 0; b < Banks; b++) begin : gen_address
    assign write_address[b] = AddressBits'(write_entry_i[b])
                              + (write_half_i ? AddressBits'(Entries) : '0);
  end

  // Only the sub-bank that holds the word is read; it is selected again behind its register.
  always_ff @(posedge clk_i) begin
    if (|read_i) read_bank_q <= read_bank;
  end

  logic [Rows-1:0][Banks-1:0] read;
  logic [Rows-1:0][Banks-1:0][Width-1:0] data;

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    for (genvar b = 0; b < Banks; b++) begin : gen_bank
      assign read[r][b] = read_i[r] && (read_bank == BankBits'(b));

      xnorsim_bank #(
        .Width(Width),
        .Words(2 * Entries)
      ) u_bank (
        .clk_i,
        .write_i        (write_i[b] && (write_row_i == RowBits'(r))),
        .write_address_i(write_address[b]),
        .write_data_i   (write_data_i[b]),
        .read_i         (read[r][b]),
        .read_address_i (read_address),
        .read_data_o    (data[r][b])
      );
    end

    assign word_o[r] = data[r][read_bank_q];
  end

`ifndef SYNTHESIS
  // A read costs energy: one sub-bank of a row that asks.
  OneBank_A :
  assert property (@(posedge clk_i) $countones(read) == $countones(read_i));
`endif

endmodule
