// SPDX-License-Identifier: Apache-2.0
//
// Array sequencer, weight stationary: read the rows of A of each weight set on consecutive edges, the
// planes of A one behind the other, and issue them.
//
// Parameters: Rows, Cols 1..256, TileRows >= 1 (rows of an m tile), ScratchpadWordsA >= 1,
//   ScratchpadWordsB >= Rows, DimBits 1..30.
// Latency: a slot whose A is ready at an edge is read at the next and issued at the one after.
// Overflow: none. At most two slots are ready, places in a half are below rows x planes.
// Reference: simulator.engine.run_job, F(u) and L(u).

module xnorsim_ws_issue #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned TileRows = 4,
  parameter int unsigned ScratchpadWordsA = 8,
  parameter int unsigned ScratchpadWordsB = 8,
  parameter int unsigned DimBits = 20,
  localparam int unsigned FoldBits = $clog2(Rows + 1),
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned WordBitsA = (ScratchpadWordsA > 1) ? $clog2(ScratchpadWordsA) : 1,
  localparam int unsigned WordBitsB = (ScratchpadWordsB > 1) ? $clog2(ScratchpadWordsB) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    start_i,
  input  logic [DimBits-1:0]      job_m_i,
  input  logic [DimBits-1:0]      job_n_i,
  input  logic [DimBits-1:0]      job_k_words_i,
  input  logic [DimBits-1:0]      job_tap_words_i,
  input  logic [RowCountBits-1:0] job_tile_rows_i,
  input  logic [3:0]              job_a_planes_i,
  input  logic [3:0]              job_b_planes_i,
  input  logic                    job_a_weighted_i,
  input  logic                    job_b_weighted_i,
  input  logic                    job_a_negative_i,
  input  logic                    job_b_negative_i,
  input  logic [3:0]              job_shift_i,
  input  logic                    a_ready_i,
  input  logic                    b_ready_i,

  // Read of the scratchpads, and the last read of what a half holds.
  output logic [Rows-1:0]         a_read_o,
  output logic [Cols-1:0]         b_read_o,
  output logic                    a_half_o,
  output logic                    b_half_o,
  output logic [WordBitsA-1:0]    a_word_o,
  output logic [WordBitsB-1:0]    b_word_o,
  output logic                    a_free_o,
  output logic                    b_free_o,

  // The issue port, beside the words that were read. Of a row: the first on its weights; in the tile's
  // first pass, in its last; the pass's last row, the tile's last, that of the last tile of its columns.
  output logic [Rows-1:0]         a_valid_o,
  output logic [Cols-1:0]         b_valid_o,
  output logic                    switch_o,
  output logic                    first_o,
  output logic                    last_o,
  output logic                    pass_end_o,
  output logic                    tile_end_o,
  output logic                    cols_end_o,
  output logic [Rows-1:0]         a_tail_o,
  output logic                    negative_o,
  output logic [3:0]              shift_o,
  // Of a preload: its first word; the word is the last of its tap.
  output logic                    preload_o,
  output logic                    b_tail_o,

  // Class of the cycle at the issue port, one of the four; idle counts as waiting for loads.
  output logic                    issue_o,
  output logic                    wait_gap_o,
  output logic                    wait_load_o,
  output logic                    wait_store_o
);

  logic full, preloading, preload_first, b_tail, switch;
  logic [Rows-1:0] next_tails, tails_q;

  xnorsim_preload #(
    .Rows(Rows), .Cols(Cols), .TileRows(TileRows), .ScratchpadWordsB(ScratchpadWordsB),
    .DimBits(DimBits)
  ) u_preload (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_k_words_i,
    .job_tap_words_i,
    .job_tile_rows_i,
    .job_b_planes_i,
    .b_ready_i,
    .switch_i (switch),
    .b_read_o,
    .b_half_o,
    .b_word_o,
    .b_free_o,
    .full_o   (full),
    .tails_o  (next_tails),
    .running_o(preloading),
    .first_o  (preload_first),
    .tail_o   (b_tail)
  );

  logic m_last, k_last, unused_valid, unused_m_first, unused_n_last, unused_m_step, unused_n_step;
  logic [DimBits-1:0] n0, k0;
  logic [RowCountBits-1:0] rows, row_q;
  logic [$clog2(Cols + 1)-1:0] unused_cols;
  logic [FoldBits-1:0] fold;
  logic slot_end, tile_end;

  xnorsim_tile_loop #(
    .Dataflow(1), .TileRows(TileRows), .Cols(Cols), .DimBits(DimBits)
  ) u_tiles (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_tile_rows_i,
    .step_i   (tile_end),
    .valid_o  (unused_valid),
    .n0_o     (n0),
    .rows_o   (rows),
    .cols_o   (unused_cols),
    .m_first_o(unused_m_first),
    .m_last_o (m_last),
    .n_last_o (unused_n_last),
    .m_step_o (unused_m_step),
    .n_step_o (unused_n_step)
  );

  xnorsim_chunk_loop #(.ChunkWords(Rows), .DimBits(DimBits)) u_folds (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_k_words_i,
    .job_chunk_words_i(FoldBits'(Rows)),
    .step_i           (slot_end),
    .k0_o             (k0),
    .chunk_o          (fold),
    .k_last_o         (k_last)
  );

  logic [2:0] a_plane_q, b_plane_q;
  logic [WordBitsA-1:0] a_place_q;
  logic [1:0] ready_q;
  logic a_half_q, a_top, b_top, set_first, slot_first, tile_first, pass_end, read;
  logic many_chunks, many_rows, loads;

  // A of a slot is loaded for it, or was there for the slot before.
  assign many_chunks = 32'(job_k_words_i) > Rows;
  assign many_rows   = 32'(job_m_i) > 32'(job_tile_rows_i);
  assign loads       = many_chunks || many_rows || (n0 == '0);

  assign a_top      = 32'(a_plane_q) + 1 == 32'(job_a_planes_i);
  assign b_top      = 32'(b_plane_q) + 1 == 32'(job_b_planes_i);
  assign set_first  = (row_q == '0) && (a_plane_q == '0);
  assign slot_first = set_first && (b_plane_q == '0);
  assign read       = !set_first || (full && (!slot_first || !loads || ready_q != '0));
  assign switch     = read && set_first;
  assign tile_first = read && slot_first && (k0 == '0);
  assign pass_end   = read && (32'(row_q) + 1 == 32'(rows));
  assign slot_end   = pass_end && a_top && b_top;
  assign tile_end   = slot_end && k_last;
  assign a_free_o   = slot_end && (many_chunks || many_rows);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {row_q, a_plane_q, b_plane_q, a_place_q} <= '0;
      {ready_q, a_half_q}                      <= '0;
    end else if (start_i) begin
      {row_q, a_plane_q, b_plane_q, a_place_q} <= '0;
      {ready_q, a_half_q}                      <= '0;
    end else begin
      ready_q  <= ready_q + 2'(a_ready_i) - 2'(slot_end && loads);
      a_half_q <= a_half_q ^ a_free_o;
      if (read) row_q <= pass_end ? '0 : row_q + 1'b1;
      if (pass_end) begin
        a_plane_q <= a_top ? '0 : a_plane_q + 1'b1;
        a_place_q <= a_top ? '0 : a_place_q + WordBitsA'(job_tile_rows_i);
        if (a_top) b_plane_q <= b_top ? '0 : b_plane_q + 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (switch) tails_q <= next_tails;
  end

  // Only array rows with a k word read and issue.
  assign a_read_o = read ? ~({Rows{1'b1}} << fold) : '0;
  assign a_half_o = a_half_q;
  assign a_word_o = a_place_q + WordBitsA'(row_q);

  // What happened at the read shows at the issue port one cycle later.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      a_valid_o                                      <= '0;
      b_valid_o                                      <= '0;
      {switch_o, first_o, last_o}                    <= '0;
      {pass_end_o, tile_end_o, cols_end_o}           <= '0;
      {preload_o, b_tail_o, issue_o, wait_gap_o}     <= '0;
      wait_load_o                                    <= 1'b1;
    end else begin
      a_valid_o   <= a_read_o;
      b_valid_o   <= b_read_o;
      switch_o    <= switch;
      first_o     <= read && (k0 == '0) && (b_plane_q == '0) && (a_plane_q == '0);
      last_o      <= read && k_last && b_top && a_top;
      pass_end_o  <= pass_end;
      tile_end_o  <= tile_end;
      cols_end_o  <= tile_end && m_last;
      preload_o   <= preload_first;
      b_tail_o    <= b_tail;
      issue_o     <= read;
      wait_gap_o  <= !read && preloading;
      wait_load_o <= !read && !preloading;
    end
  end

  // Data: it holds while nothing issues.
  always_ff @(posedge clk_i) begin
    if (read) begin
      a_tail_o   <= switch ? next_tails : tails_q;
      negative_o <= (job_a_negative_i && a_top) ^ (job_b_negative_i && b_top);
      shift_o    <= job_shift_i + (job_a_weighted_i ? 4'(a_plane_q) : '0)
                    + (job_b_weighted_i ? 4'(b_plane_q) : '0);
    end
  end

  // Never: a tile's loads follow the store that frees its place (xnorsim_core, PlaceFree_A).
  assign wait_store_o = 1'b0;

`ifndef SYNTHESIS
  // Only rows with a k word are read, and only when something issues.
  ReadRows_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   $countones(a_read_o) == (read ? 32'(fold) : 0));
  HoldFlags_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !read |=> $stable({a_tail_o, negative_o, shift_o}));
`endif

endmodule
