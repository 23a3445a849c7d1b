// SPDX-License-Identifier: Apache-2.0
//
// Loop over the tiles of a job: m tiles outer, n tiles inner.
//
// Parameters: Rows, Cols 1..256, DimBits 1..30.
// Latency: 1 cycle from start_i or step_i to the next tile.
// Overflow: none, n0_o < n, and a remainder is reduced only while it exceeds the tile.
// Reference: simulator.tiling.Tiling.tiles.

module xnorsim_tile_loop #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned DimBits = 20,
  localparam int unsigned RowCountBits = $clog2(Rows + 1),
  localparam int unsigned ColCountBits = $clog2(Cols + 1)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    start_i,
  input  logic [DimBits-1:0]      job_m_i,
  input  logic [DimBits-1:0]      job_n_i,

  // Leave the tile.
  input  logic                    step_i,

  output logic                    valid_o,
  output logic [DimBits-1:0]      n0_o,
  // Valid rows and columns of the tile.
  output logic [RowCountBits-1:0] rows_o,
  output logic [ColCountBits-1:0] cols_o,
  output logic                    m_last_o,
  output logic                    n_last_o
);

  logic valid_q;
  logic [DimBits-1:0] m_left_q, n_left_q, n0_q;

  assign m_last_o = 32'(m_left_q) <= Rows;
  assign n_last_o = 32'(n_left_q) <= Cols;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= 1'b0;
      m_left_q <= '0;
      n_left_q <= '0;
      n0_q     <= '0;
    end else if (start_i) begin
      valid_q  <= 1'b1;
      m_left_q <= job_m_i;
      n_left_q <= job_n_i;
      n0_q     <= '0;
    end else if (step_i) begin
      if (!n_last_o) begin
        n_left_q <= n_left_q - DimBits'(Cols);
        n0_q     <= n0_q + DimBits'(Cols);
      end else begin
        n_left_q <= job_n_i;
        n0_q     <= '0;
        if (!m_last_o) m_left_q <= m_left_q - DimBits'(Rows);
        else valid_q <= 1'b0;
      end
    end
  end

  assign valid_o = valid_q;
  assign n0_o    = n0_q;
  assign rows_o  = m_last_o ? RowCountBits'(m_left_q) : RowCountBits'(Rows);
  assign cols_o  = n_last_o ? ColCountBits'(n_left_q) : ColCountBits'(Cols);

endmodule
