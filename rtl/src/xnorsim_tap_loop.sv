// SPDX-License-Identifier: Apache-2.0
//
// Loop over the taps of a chunk, again and again: of each the k words that lie in the chunk.
//
// A chunk may begin and end in the middle of a tap; the next chunk goes on where it ends.
// Parameters: ChunkWords >= 1, DimBits 1..30.
// Latency: 1 cycle from start_i or step_i to the next segment.
// Overflow: none, first_o < tap words, done_o < chunk_i <= ChunkWords.
// Reference: simulator.tiling.Tiling.tap_words.

module xnorsim_tap_loop #(
  parameter int unsigned ChunkWords = 8,
  parameter int unsigned DimBits = 20,
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic [DimBits-1:0]   job_tap_words_i,
  // k words of the chunk; it is the last one of the row.
  input  logic [ChunkBits-1:0] chunk_i,
  input  logic                 k_last_i,

  // Leave the segment; with it the chunk, or begin the chunk again where it ends.
  input  logic                 step_i,
  input  logic                 chunk_step_i,

  // The segment: its first k word in the tap, its k words, those of the chunk before it.
  output logic [DimBits-1:0]   first_o,
  output logic [ChunkBits-1:0] count_o,
  output logic [ChunkBits-1:0] done_o,
  output logic                 last_o,

  // What the address generator does at this edge.
  output logic                 tap_step_o,
  output logic                 tap_back_o,
  output logic                 tap_restart_o,
  output logic                 tap_mark_o
);

  logic [DimBits-1:0] word_q, mark_q, left_of_tap, word;
  logic [ChunkBits-1:0] done_q, left_of_chunk;
  logic tap_end, leave;

  assign left_of_tap   = job_tap_words_i - word_q;
  assign left_of_chunk = chunk_i - done_q;
  assign tap_end       = 32'(left_of_tap) <= 32'(left_of_chunk);
  assign last_o        = 32'(left_of_chunk) <= 32'(left_of_tap);
  assign leave         = step_i && last_o && chunk_step_i;

  assign tap_restart_o = leave && k_last_i;
  assign tap_back_o    = step_i && last_o && !chunk_step_i;
  assign tap_step_o    = step_i && tap_end && !tap_back_o;
  assign tap_mark_o    = leave;

  assign word = tap_back_o ? mark_q : tap_end ? '0 : word_q + DimBits'(count_o);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {word_q, mark_q} <= '0;
      done_q           <= '0;
    end else if (start_i) begin
      {word_q, mark_q} <= '0;
      done_q           <= '0;
    end else if (step_i) begin
      word_q <= word;
      done_q <= last_o ? '0 : done_q + count_o;
      if (leave) mark_q <= word;
    end
  end

  assign first_o = word_q;
  assign count_o = last_o ? left_of_chunk : ChunkBits'(left_of_tap);
  assign done_o  = done_q;

endmodule
