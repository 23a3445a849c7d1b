// SPDX-License-Identifier: Apache-2.0
//
// Loop over the tiles of a job: m tiles outer and n tiles inner, or the other way round.
//
// Parameters: Dataflow 0 (output stationary: n inner) or 1 (weight stationary: m inner), Cols 1..256,
//   TileRows >= 1 (the most rows of an m tile), DimBits 1..30.
// Latency: 1 cycle from start_i or step_i to the next tile.
// Overflow: none, n0_o < n, and a remainder is reduced only while it exceeds the tile.
// Reference: simulator.tiling.Tiling.tiles.

module xnorsim_tile_loop #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned DimBits = 20,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned ColCountBits = $clog2(Cols + 1)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    start_i,
  input  logic [DimBits-1:0]      job_m_i,
  input  logic [DimBits-1:0]      job_n_i,
  input  logic [RowCountBits-1:0] job_tile_rows_i,

  // Leave the tile.
  input  logic                    step_i,

  output logic                    valid_o,
  output logic [DimBits-1:0]      n0_o,
  // Valid rows and columns of the tile.
  output logic [RowCountBits-1:0] rows_o,
  output logic [ColCountBits-1:0] cols_o,
  output logic                    m_first_o,
  output logic                    m_last_o,
  output logic                    n_last_o,
  // The tile behind this one has another m tile, another n tile; from the last one on, the first.
  output logic                    m_step_o,
  output logic                    n_step_o
);

  logic valid_q, m_first_q;
  logic [DimBits-1:0] m_left_q, n_left_q, n0_q;

  assign m_last_o = 32'(m_left_q) <= 32'(job_tile_rows_i);
  assign n_last_o = 32'(n_left_q) <= Cols;
  assign m_step_o = (Dataflow == 1) || n_last_o;
  assign n_step_o = (Dataflow == 0) || m_last_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q   <= 1'b0;
      m_first_q <= 1'b0;
      m_left_q  <= '0;
      n_left_q  <= '0;
      n0_q      <= '0;
    end else if (start_i) begin
      valid_q   <= 1'b1;
      m_first_q <= 1'b1;
      m_left_q  <= job_m_i;
      n_left_q  <= job_n_i;
      n0_q      <= '0;
    end else if (step_i) begin
      valid_q <= !(m_last_o && n_last_o);
      if (m_step_o) begin
        m_first_q <= m_last_o;
        m_left_q  <= m_last_o ? job_m_i : m_left_q - DimBits'(job_tile_rows_i);
      end
      if (n_step_o) begin
        n_left_q <= n_last_o ? job_n_i : n_left_q - DimBits'(Cols);
        n0_q     <= n_last_o ? '0 : n0_q + DimBits'(Cols);
      end
    end
  end

  assign valid_o   = valid_q;
  assign n0_o      = n0_q;
  assign rows_o    = m_last_o ? RowCountBits'(m_left_q) : job_tile_rows_i;
  assign cols_o    = n_last_o ? ColCountBits'(n_left_q) : ColCountBits'(Cols);
  assign m_first_o = m_first_q;

endmodule
