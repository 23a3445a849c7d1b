// SPDX-License-Identifier: Apache-2.0
//
// Loop over what a slot issues: its k words outer, the planes of A inside, those of B innermost.
//
// Parameters: ScratchpadWordsA, ScratchpadWordsB >= 1.
// Latency: 1 cycle from start_i or step_i to the next pair of words.
// Overflow: none. Places in a half are below chunk words x planes, which a half holds, and weights
//   at most 2^15 (xnorsim_accelerator, LegalPlanes_A).
// Reference: workloads.encodings.Plane.weight, the order of workloads.reference.product.

module xnorsim_pair_loop #(
  parameter int unsigned ScratchpadWordsA = 8,
  parameter int unsigned ScratchpadWordsB = 8,
  localparam int unsigned ChunkWords =
      (ScratchpadWordsA < ScratchpadWordsB) ? ScratchpadWordsA : ScratchpadWordsB,
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned WordBitsA = (ScratchpadWordsA > 1) ? $clog2(ScratchpadWordsA) : 1,
  localparam int unsigned WordBitsB = (ScratchpadWordsB > 1) ? $clog2(ScratchpadWordsB) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic [ChunkBits-1:0] job_chunk_words_i,
  input  logic [3:0]           job_a_planes_i,
  input  logic [3:0]           job_b_planes_i,
  // The weight doubles with each plane; the top plane counts negative.
  input  logic                 job_a_weighted_i,
  input  logic                 job_b_weighted_i,
  input  logic                 job_a_negative_i,
  input  logic                 job_b_negative_i,
  input  logic [3:0]           job_shift_i,

  // k words of the slot.
  input  logic [ChunkBits-1:0] chunk_i,
  // Leave the pair.
  input  logic                 step_i,

  // Place of each word in its row's half.
  output logic [WordBitsA-1:0] a_word_o,
  output logic [WordBitsB-1:0] b_word_o,
  output logic                 negative_o,
  output logic [3:0]           shift_o,
  // First pair of the slot, last pair of a k word, last pair of the slot.
  output logic                 first_o,
  output logic                 word_end_o,
  output logic                 last_o
);

  logic [ChunkBits-1:0] word_q;
  logic [2:0] a_plane_q, b_plane_q;
  logic [WordBitsA-1:0] a_place_q;
  logic [WordBitsB-1:0] b_place_q;
  logic a_top, b_top;

  assign a_top = 32'(a_plane_q) + 1 == 32'(job_a_planes_i);
  assign b_top = 32'(b_plane_q) + 1 == 32'(job_b_planes_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      word_q                 <= '0;
      {a_plane_q, a_place_q} <= '0;
      {b_plane_q, b_place_q} <= '0;
    end else if (start_i) begin
      word_q                 <= '0;
      {a_plane_q, a_place_q} <= '0;
      {b_plane_q, b_place_q} <= '0;
    end else if (step_i) begin
      if (!b_top) begin
        b_plane_q <= b_plane_q + 1'b1;
        b_place_q <= b_place_q + WordBitsB'(job_chunk_words_i);
      end else begin
        {b_plane_q, b_place_q} <= '0;
        if (!a_top) begin
          a_plane_q <= a_plane_q + 1'b1;
          a_place_q <= a_place_q + WordBitsA'(job_chunk_words_i);
        end else begin
          {a_plane_q, a_place_q} <= '0;
          word_q                 <= last_o ? '0 : word_q + 1'b1;
        end
      end
    end
  end

  // A chunk as long as a half is one of a single plane: its top bit never steps to another.
  logic unused_chunk_words;
  assign unused_chunk_words = job_chunk_words_i[ChunkBits-1];

  assign a_word_o    = a_place_q + WordBitsA'(word_q);
  assign b_word_o    = b_place_q + WordBitsB'(word_q);
  assign negative_o  = (job_a_negative_i && a_top) ^ (job_b_negative_i && b_top);
  assign shift_o     = job_shift_i + (job_a_weighted_i ? 4'(a_plane_q) : '0)
                       + (job_b_weighted_i ? 4'(b_plane_q) : '0);
  assign first_o     = (word_q == '0) && (a_plane_q == '0) && (b_plane_q == '0);
  assign word_end_o  = a_top && b_top;
  assign last_o      = word_end_o && (32'(word_q) + 1 == 32'(chunk_i));

endmodule
