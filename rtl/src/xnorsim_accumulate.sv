// SPDX-License-Identifier: Apache-2.0
//
// Bottom of the columns, weight stationary: say which place of the result buffer each sum belongs to.
//
// Rows of a tile come in order, pass after pass; column c does what column c - 1 did one cycle before.
// Parameters: Rows, Cols 1..256, TileRows >= 1 (rows of a place), ResultTiles 2..8.
// Latency: a row issued at edge e is added in column c at edge e + Rows + c + 1.
// Overflow: none, a tile has at most TileRows rows, and its place is reserved before it issues.
// Reference: simulator.engine.run_job, z(t).

module xnorsim_accumulate #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned TileRows = 4,
  parameter int unsigned ResultTiles = 5,
  localparam int unsigned AddressBits = $clog2(ResultTiles * TileRows)
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             start_i,

  // The issue port: a row issues; in the tile's first pass, in its last; it is the pass's last row, the
  // tile's last one, that of the last tile of its columns.
  input  logic                             issue_i,
  input  logic                             first_i,
  input  logic                             last_i,
  input  logic                             pass_end_i,
  input  logic                             tile_end_i,
  input  logic                             cols_end_i,

  output logic [Cols-1:0]                  valid_o,
  output logic [Cols-1:0]                  first_o,
  output logic [Cols-1:0]                  last_o,
  output logic [Cols-1:0][AddressBits-1:0] address_o,
  // Half of the thresholds.
  output logic [Cols-1:0]                  half_o,
  // The tile's last result is written at this edge; it is that of the last tile of its columns.
  output logic                             done_o,
  output logic                             cols_done_o
);

  localparam int unsigned LastPlace = (ResultTiles - 1) * TileRows;

  // From the issue port to the sum of column 0.
  logic [Rows:0] issue_q, first_q, last_q, pass_end_q, tile_end_q, cols_end_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {issue_q, first_q, last_q, pass_end_q, tile_end_q, cols_end_q} <= '0;
    end else begin
      issue_q    <= {issue_q[Rows-1:0], issue_i};
      first_q    <= {first_q[Rows-1:0], first_i};
      last_q     <= {last_q[Rows-1:0], last_i};
      pass_end_q <= {pass_end_q[Rows-1:0], pass_end_i};
      tile_end_q <= {tile_end_q[Rows-1:0], tile_end_i};
      cols_end_q <= {cols_end_q[Rows-1:0], cols_end_i};
    end
  end

  // Row 0 of the tile's place, the row, and the half of its thresholds.
  logic [AddressBits-1:0] place_q, row_q;
  logic half_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      place_q <= '0;
      row_q   <= '0;
      half_q  <= 1'b0;
    end else if (start_i) begin
      place_q <= '0;
      row_q   <= '0;
      half_q  <= 1'b0;
    end else if (issue_q[Rows]) begin
      row_q <= pass_end_q[Rows] ? '0 : row_q + 1'b1;
      if (tile_end_q[Rows]) begin
        place_q <= (place_q == AddressBits'(LastPlace)) ? '0 : place_q + AddressBits'(TileRows);
      end
      half_q <= half_q ^ cols_end_q[Rows];
    end
  end

  logic [Cols-1:0] valid, first, last, tile_end, cols_end, half;
  logic [Cols-1:0][AddressBits-1:0] address;
  assign valid[0]    = issue_q[Rows];
  assign first[0]    = first_q[Rows];
  assign last[0]     = last_q[Rows];
  assign tile_end[0] = tile_end_q[Rows];
  assign cols_end[0] = cols_end_q[Rows];
  assign half[0]     = half_q;
  assign address[0]  = place_q + row_q;

  for (genvar c = 1; c < Cols; c++) begin : gen_col
    logic valid_q, col_first_q, col_last_q, col_tile_end_q, col_cols_end_q, col_half_q;
    logic [AddressBits-1:0] address_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        {valid_q, col_first_q, col_last_q, col_tile_end_q, col_cols_end_q} <= '0;
      end else begin
        valid_q        <= valid[c-1];
        col_first_q    <= first[c-1];
        col_last_q     <= last[c-1];
        col_tile_end_q <= tile_end[c-1];
        col_cols_end_q <= cols_end[c-1];
      end
    end

    always_ff @(posedge clk_i) begin
      if (valid[c-1]) begin
        col_half_q <= half[c-1];
        address_q  <= address[c-1];
      end
    end

    xnorsim_hold #(.Width(1 + AddressBits)) u_hold (
      .clk_i, .rst_ni, .load_i(valid[c-1]), .data_i({col_half_q, address_q})
    );

    assign valid[c]    = valid_q;
    assign first[c]    = col_first_q;
    assign last[c]     = col_last_q;
    assign tile_end[c] = col_tile_end_q;
    assign cols_end[c] = col_cols_end_q;
    assign half[c]     = col_half_q;
    assign address[c]  = address_q;
  end

  assign valid_o     = valid;
  assign first_o     = first;
  assign last_o      = last;
  assign address_o   = address;
  assign half_o      = half;
  assign done_o      = tile_end[Cols-1];
  assign cols_done_o = cols_end[Cols-1];

endmodule
