// SPDX-License-Identifier: Apache-2.0
//
// Weight sequencer: read the k words of each weight set, one array row a cycle, as soon as the set before
// has been switched to and its own are there.
//
// Parameters: Rows, Cols 1..256, TileRows >= 1 (rows of an m tile), ScratchpadWordsB >= Rows, DimBits 1..30.
// Latency: a set whose B is ready at an edge is read from the next on, and issued one edge after.
// Overflow: none. At most two slots are ready, places in a half are below Rows x planes.
// Reference: simulator.engine.run_job, p(u).

module xnorsim_preload #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned TileRows = 4,
  parameter int unsigned ScratchpadWordsB = 8,
  parameter int unsigned DimBits = 20,
  localparam int unsigned FoldBits = $clog2(Rows + 1),
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
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
  input  logic [3:0]              job_b_planes_i,
  input  logic                    b_ready_i,
  // The array switches to the set that was preloaded last.
  input  logic                    switch_i,

  // Read of scratchpad B, and the last read of what a half holds.
  output logic [Cols-1:0]         b_read_o,
  output logic                    b_half_o,
  output logic [WordBitsB-1:0]    b_word_o,
  output logic                    b_free_o,

  // A set is in the shadows; its rows whose k word is the last of its tap.
  output logic                    full_o,
  output logic [Rows-1:0]         tails_o,
  // A preload runs; its first word; the word that is read is the last of its tap.
  output logic                    running_o,
  output logic                    first_o,
  output logic                    tail_o
);

  logic valid, m_first, m_last, k_last;
  logic [$clog2(Cols + 1)-1:0] cols;
  logic [FoldBits-1:0] fold, row_q;
  logic [2:0] plane_q;
  logic [WordBitsB-1:0] place_q;
  logic [1:0] ready_q;
  logic [DimBits-1:0] phase_q, fold_phase_q, next_phase;
  logic [Rows-1:0] tails_q;
  logic full_q, half_q, many_chunks, loads, run, set_end, slot_end, word_valid;
  logic unused_n_last, unused_m_step, unused_n_step;
  logic [DimBits-1:0] unused_n0, unused_k0;
  logic [RowCountBits-1:0] unused_rows;

  xnorsim_tile_loop #(
    .Dataflow(1), .TileRows(TileRows), .Cols(Cols), .DimBits(DimBits)
  ) u_tiles (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_tile_rows_i,
    .step_i   (slot_end && k_last),
    .valid_o  (valid),
    .n0_o     (unused_n0),
    .rows_o   (unused_rows),
    .cols_o   (cols),
    .m_first_o(m_first),
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
    .k0_o             (unused_k0),
    .chunk_o          (fold),
    .k_last_o         (k_last)
  );

  // B of a slot is loaded for it, or was there for the slot before.
  assign many_chunks = 32'(job_k_words_i) > Rows;
  assign loads       = many_chunks || m_first;

  // Once it runs a preload takes every cycle up to its last row.
  assign run = valid && ((row_q != '0)
                         || ((!full_q || switch_i) && (plane_q != '0 || !loads || ready_q != '0)));
  assign set_end    = run && (32'(row_q) + 1 == Rows);
  assign slot_end   = set_end && (32'(plane_q) + 1 == 32'(job_b_planes_i));
  assign word_valid = run && (row_q < fold);
  assign b_free_o   = slot_end && (many_chunks || m_last);

  // k words of a tap: every plane begins where its fold does, the next fold where this one ends.
  assign tail_o     = word_valid && (phase_q == job_tap_words_i - 1'b1);
  assign next_phase = tail_o ? '0 : word_valid ? phase_q + 1'b1 : phase_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {row_q, plane_q, place_q} <= '0;
      {ready_q, full_q, half_q} <= '0;
      {phase_q, fold_phase_q}   <= '0;
    end else if (start_i) begin
      {row_q, plane_q, place_q} <= '0;
      {ready_q, full_q, half_q} <= '0;
      {phase_q, fold_phase_q}   <= '0;
    end else begin
      ready_q <= ready_q + 2'(b_ready_i) - 2'(slot_end && loads);
      half_q  <= half_q ^ b_free_o;
      full_q  <= set_end || (full_q && !switch_i);
      if (run) begin
        row_q   <= set_end ? '0 : row_q + 1'b1;
        phase_q <= (set_end && !slot_end) ? fold_phase_q : next_phase;
      end
      if (slot_end) begin
        {plane_q, place_q} <= '0;
        fold_phase_q       <= next_phase;
      end else if (set_end) begin
        plane_q <= plane_q + 1'b1;
        place_q <= place_q + WordBitsB'(Rows);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned r = 0; r < Rows; r++) begin
      if (run && row_q == FoldBits'(r)) tails_q[r] <= tail_o;
    end
  end

  assign b_read_o  = word_valid ? ~({Cols{1'b1}} << cols) : '0;
  assign b_half_o  = half_q;
  assign b_word_o  = place_q + WordBitsB'(row_q);
  assign full_o    = full_q;
  assign tails_o   = tails_q;
  assign running_o = run;
  assign first_o   = run && (row_q == '0);

`ifndef SYNTHESIS
  // The array switches only to a set that is whole.
  SwitchFull_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) switch_i |-> full_q);

  // Only valid columns are read, and only in rows with a k word.
  ReadCols_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   $countones(b_read_o) == (word_valid ? 32'(cols) : 0));
`endif

endmodule
