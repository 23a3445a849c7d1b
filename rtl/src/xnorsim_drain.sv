// SPDX-License-Identifier: Apache-2.0
//
// Drain control: shift the finished sums of a tile down the columns and number them for the result buffer.
//
// Parameters: Rows, Cols 1..256, ResultTiles 2..8.
// Latency: column 0 hands over its bottom row 1 cycle after last_i, row 0 of the last column (the
//   tile's last result) follows Rows - 1 + Cols - 1 cycles later, with done_o.
// Overflow: none. address_o < ResultTiles * Rows, because the place wraps at ResultTiles.
// Reference: simulator.engine.run_job, z(t) = L(t) + 2 rows + cols - 1.

module xnorsim_drain #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned ResultTiles = 5,
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1,
  localparam int unsigned AddressBits = $clog2(ResultTiles * Rows)
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             start_i,
  // Thresholds change with every tile (more than one n tile), or never.
  input  logic                             alternate_i,
  // `last` is in the bottom PE of column 0, which captures its sum at this edge.
  input  logic                             last_i,
  output logic [Cols-1:0][Rows-1:0]        drain_o,
  output logic [Cols-1:0]                  valid_o,
  output logic [Cols-1:0][AddressBits-1:0] address_o,
  output logic [Cols-1:0]                  half_o,
  output logic                             done_o
);

  localparam int unsigned LastPlace = (ResultTiles - 1) * Rows;

  // Place (as the address of its row 0) and threshold half of the tile that drains from column 0.
  logic [AddressBits-1:0] place_q;
  logic half_q;

  // What each column hands over at this edge: a row, bottom row first.
  logic [Cols-1:0] valid_q, half_col_q;
  logic [Cols-1:0][RowBits-1:0] row_q;
  logic [Cols-1:0][AddressBits-1:0] address_q;
  logic [Cols-1:0][Rows-1:0] drain_q;

  logic tile_end;
  assign tile_end = valid_q[0] && (row_q[0] == '0);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      place_q <= '0;
      half_q  <= 1'b0;
    end else if (start_i) begin
      place_q <= '0;
      half_q  <= 1'b0;
    end else if (last_i) begin
      place_q <= (place_q == AddressBits'(LastPlace)) ? '0 : place_q + AddressBits'(Rows);
      half_q  <= half_q ^ alternate_i;
    end
  end

  // PE (r, c) shifts on the first r of its column's Rows steps: then it is empty and may hold the
  // next tile's sum while the rows below still pass this one's.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q[0] <= 1'b0;
      drain_q[0] <= '0;
    end else if (last_i) begin
      valid_q[0] <= 1'b1;
      drain_q[0] <= Rows'({Rows{1'b1}} << 1);
    end else begin
      valid_q[0] <= valid_q[0] && !tile_end;
      drain_q[0] <= Rows'(drain_q[0] << 1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (last_i) begin
      half_col_q[0] <= half_q;
      row_q[0]      <= RowBits'(Rows - 1);
      address_q[0]  <= place_q + AddressBits'(Rows - 1);
    end else if (valid_q[0]) begin
      row_q[0]     <= row_q[0] - 1'b1;
      address_q[0] <= address_q[0] - 1'b1;
    end
  end

  // Every column does what its left neighbour did one cycle before.
  for (genvar c = 1; c < Cols; c++) begin : gen_col
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        valid_q[c] <= 1'b0;
        drain_q[c] <= '0;
      end else begin
        valid_q[c] <= valid_q[c-1];
        drain_q[c] <= drain_q[c-1];
      end
    end

    always_ff @(posedge clk_i) begin
      if (valid_q[c-1]) begin
        half_col_q[c] <= half_col_q[c-1];
        row_q[c]      <= row_q[c-1];
        address_q[c]  <= address_q[c-1];
      end
    end

    xnorsim_hold #(.Width(1 + RowBits + AddressBits)) u_hold (
      .clk_i, .rst_ni, .load_i(valid_q[c-1]), .data_i({half_col_q[c], row_q[c], address_q[c]})
    );
  end

  assign drain_o   = drain_q;
  assign valid_o   = valid_q;
  assign address_o = address_q;
  assign half_o    = half_col_q;
  assign done_o    = valid_q[Cols-1] && (row_q[Cols-1] == '0);

`ifndef SYNTHESIS
  // The gap between tiles keeps a tile from finishing while the one before still shifts.
  ColumnFree_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) last_i |-> !valid_q[0] || tile_end);

  // Data registers hold while nothing valid comes.
  HoldFirst_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !last_i && !valid_q[0] |=> $stable({half_col_q[0], row_q[0], address_q[0]}));
`endif

endmodule
