// SPDX-License-Identifier: Apache-2.0
//
// Loop over the chunks of a tile, again and again: the k words of a row in runs that fit a half.
//
// Parameters: ChunkWords >= 1, DimBits 1..30.
// Latency: 1 cycle from start_i or step_i to the next chunk.
// Overflow: none, k0_o < k words, and the remainder is reduced only while it exceeds the chunk;
//   job_chunk_words_i is 1..ChunkWords.
// Reference: simulator.tiling.Tiling.chunks.

module xnorsim_chunk_loop #(
  parameter int unsigned ChunkWords = 8,
  parameter int unsigned DimBits = 20,
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic [DimBits-1:0]   job_k_words_i,
  // k words of a chunk: what fits a half of both scratchpads in all planes.
  input  logic [ChunkBits-1:0] job_chunk_words_i,

  // Leave the chunk.
  input  logic                 step_i,

  output logic [DimBits-1:0]   k0_o,
  output logic [ChunkBits-1:0] chunk_o,
  output logic                 k_last_o
);

  logic [DimBits-1:0] k_left_q, k0_q;

  assign k_last_o = 32'(k_left_q) <= 32'(job_chunk_words_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      k_left_q <= '0;
      k0_q     <= '0;
    end else if (start_i || (step_i && k_last_o)) begin
      k_left_q <= job_k_words_i;
      k0_q     <= '0;
    end else if (step_i) begin
      k_left_q <= k_left_q - DimBits'(job_chunk_words_i);
      k0_q     <= k0_q + DimBits'(job_chunk_words_i);
    end
  end

  assign k0_o    = k0_q;
  assign chunk_o = k_last_o ? ChunkBits'(k_left_q) : job_chunk_words_i;

endmodule
