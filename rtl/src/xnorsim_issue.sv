// SPDX-License-Identifier: Apache-2.0
//
// Array sequencer: read the k words of each loaded slot on consecutive edges, every pair of
// planes of a k word one behind the other, and issue them.
//
// Parameters: Rows, Cols 1..256, ScratchpadWordsA, ScratchpadWordsB >= 1, DimBits 1..30.
// Latency: a slot that is ready at an edge is read at the next and issued at the one after.
// Overflow: none. At most two slots are ready, the gap is at most Rows - 1.
// Reference: simulator.engine.run_job, F(s) and L(s).

module xnorsim_issue #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned ScratchpadWordsA = 8,
  parameter int unsigned ScratchpadWordsB = 8,
  parameter int unsigned DimBits = 20,
  localparam int unsigned ChunkWords =
      (ScratchpadWordsA < ScratchpadWordsB) ? ScratchpadWordsA : ScratchpadWordsB,
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned WordBitsA = (ScratchpadWordsA > 1) ? $clog2(ScratchpadWordsA) : 1,
  localparam int unsigned WordBitsB = (ScratchpadWordsB > 1) ? $clog2(ScratchpadWordsB) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic [DimBits-1:0]   job_m_i,
  input  logic [DimBits-1:0]   job_n_i,
  input  logic [DimBits-1:0]   job_k_words_i,
  input  logic [DimBits-1:0]   job_tap_words_i,
  input  logic [ChunkBits-1:0] job_chunk_words_i,
  input  logic [3:0]           job_a_planes_i,
  input  logic [3:0]           job_b_planes_i,
  input  logic                 job_a_weighted_i,
  input  logic                 job_b_weighted_i,
  input  logic                 job_a_negative_i,
  input  logic                 job_b_negative_i,
  input  logic [3:0]           job_shift_i,
  input  logic                 slot_ready_i,

  // Read of the scratchpads, and the last read of what a half holds.
  output logic [Rows-1:0]      a_read_o,
  output logic [Cols-1:0]      b_read_o,
  output logic                 a_half_o,
  output logic                 b_half_o,
  output logic [WordBitsA-1:0] a_word_o,
  output logic [WordBitsB-1:0] b_word_o,
  output logic                 a_free_o,
  output logic                 b_free_o,

  // The issue port, beside the words that were read.
  output logic [Rows-1:0]      a_valid_o,
  output logic [Cols-1:0]      b_valid_o,
  output logic                 first_o,
  output logic                 last_o,
  output logic                 tail_o,
  // Weight of the plane pair: its sign, and how far its product is shifted.
  output logic                 negative_o,
  output logic [3:0]           shift_o,

  // Class of the cycle at the issue port, one of the four; idle counts as waiting for loads.
  output logic                 issue_o,
  output logic                 wait_gap_o,
  output logic                 wait_load_o,
  output logic                 wait_store_o
);

  localparam int unsigned RowCountBits = $clog2(Rows + 1);
  localparam int unsigned ColCountBits = $clog2(Cols + 1);

  logic [DimBits-1:0] k0, unused_n0;
  logic [ChunkBits-1:0] chunk;
  logic [RowCountBits-1:0] rows;
  logic [ColCountBits-1:0] cols;
  logic n_last, k_last, unused_m_first, unused_m_last, unused_m_step, unused_n_step, unused_valid;

  logic [1:0] ready_q;
  logic [RowCountBits-1:0] gap_q, gap;
  logic [31:0] issues;
  logic a_half_q, b_half_q;
  logic [DimBits-1:0] tap_word_q;
  logic read, pair_first, word_end, tap_end, pair_last, negative;
  logic tile_first, slot_last, tile_last, many_chunks, many_cols;
  logic [3:0] shift;
  logic [6:0] passes;

  xnorsim_tile_loop #(
    .Dataflow(0), .TileRows(Rows), .Cols(Cols), .DimBits(DimBits)
  ) u_tiles (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_tile_rows_i(RowCountBits'(Rows)),
    .step_i   (tile_last),
    .valid_o  (unused_valid),
    .n0_o     (unused_n0),
    .rows_o   (rows),
    .cols_o   (cols),
    .m_first_o(unused_m_first),
    .m_last_o (unused_m_last),
    .n_last_o (n_last),
    .m_step_o (unused_m_step),
    .n_step_o (unused_n_step)
  );

  xnorsim_chunk_loop #(.ChunkWords(ChunkWords), .DimBits(DimBits)) u_chunks (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_k_words_i,
    .job_chunk_words_i,
    .step_i  (slot_last),
    .k0_o    (k0),
    .chunk_o (chunk),
    .k_last_o(k_last)
  );

  xnorsim_pair_loop #(
    .ScratchpadWordsA(ScratchpadWordsA),
    .ScratchpadWordsB(ScratchpadWordsB)
  ) u_pairs (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_chunk_words_i,
    .job_a_planes_i,
    .job_b_planes_i,
    .job_a_weighted_i,
    .job_b_weighted_i,
    .job_a_negative_i,
    .job_b_negative_i,
    .job_shift_i,
    .chunk_i    (chunk),
    .step_i     (read),
    .a_word_o,
    .b_word_o,
    .negative_o (negative),
    .shift_o    (shift),
    .first_o    (pair_first),
    .word_end_o (word_end),
    .last_o     (pair_last)
  );

  assign many_chunks  = 32'(job_k_words_i) > 32'(job_chunk_words_i);
  assign many_cols    = 32'(job_n_i) > Cols;
  assign read         = (ready_q != '0) && (gap_q == '0);
  assign slot_last    = read && pair_last;
  assign tile_last    = slot_last && k_last;
  assign tile_first   = read && pair_first && (k0 == '0);
  assign tap_end      = tap_word_q == job_tap_words_i - 1'b1;

  // A tile that issues in fewer cycles than there are rows waits until the drain can follow.
  // Enough k words make any number of passes too many; fewer are at most Rows, the product small.
  assign passes = 7'(job_a_planes_i) * 7'(job_b_planes_i);
  assign issues = (32'(job_k_words_i) < Rows) ? 32'(job_k_words_i) * 32'(passes) : Rows;
  assign gap    = (issues < Rows) ? RowCountBits'(Rows - issues) : '0;

  assign a_half_o = a_half_q;
  assign b_half_o = b_half_q;

  // An operand is given up when the next slot loads its own.
  assign a_free_o = slot_last && (many_chunks || n_last);
  assign b_free_o = slot_last && (many_chunks || many_cols);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {ready_q, gap_q, a_half_q, b_half_q} <= '0;
      tap_word_q                           <= '0;
    end else if (start_i) begin
      {ready_q, gap_q, a_half_q, b_half_q} <= '0;
      tap_word_q                           <= '0;
    end else begin
      ready_q  <= ready_q + 2'(slot_ready_i) - 2'(slot_last);
      a_half_q <= a_half_q ^ a_free_o;
      b_half_q <= b_half_q ^ b_free_o;
      if (read && word_end) tap_word_q <= tap_end ? '0 : tap_word_q + 1'b1;
      if (tile_last) gap_q <= gap;
      else if (gap_q != '0) gap_q <= gap_q - 1'b1;
    end
  end

  // Only valid rows and columns are read and issued.
  assign a_read_o = read ? ~({Rows{1'b1}} << rows) : '0;
  assign b_read_o = read ? ~({Cols{1'b1}} << cols) : '0;

  // What happened at the read shows at the issue port one cycle later.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {a_valid_o, b_valid_o}    <= '0;
      {first_o, last_o, tail_o} <= '0;
      {issue_o, wait_gap_o}     <= '0;
      wait_load_o               <= 1'b1;
    end else begin
      a_valid_o   <= a_read_o;
      b_valid_o   <= b_read_o;
      first_o     <= tile_first;
      last_o      <= tile_last;
      tail_o      <= read && tap_end;
      issue_o     <= read;
      wait_gap_o  <= gap_q != '0;
      wait_load_o <= (gap_q == '0) && (ready_q == '0);
    end
  end

  // Data: it holds while nothing issues.
  always_ff @(posedge clk_i) begin
    if (read) begin
      negative_o <= negative;
      shift_o    <= shift;
    end
  end

  // Never: a tile's loads follow the store that frees its place (xnorsim_core, PlaceFree_A).
  assign wait_store_o = 1'b0;

`ifndef SYNTHESIS
  // Only valid rows and columns are read, and only when something issues.
  ReadRows_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   $countones(a_read_o) == (read ? 32'(rows) : 0));
  ReadCols_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   $countones(b_read_o) == (read ? 32'(cols) : 0));
  HoldFlags_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) !read |=> $stable({negative_o, shift_o}));
`endif

endmodule
