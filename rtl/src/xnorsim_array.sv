// SPDX-License-Identifier: Apache-2.0
//
// Systolic array: A words run right, B words run down, finished sums shift down the columns.
//
// Parameters: Rows, Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64.
// Latency: r + c cycles from a skewed word's issue to the operand registers of PE (r, c).
// Overflow: none, see xnorsim_pe.
// Reference: workloads.reference.plane_product, one tile.

module xnorsim_array #(
  parameter int unsigned Rows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  localparam int unsigned CountBits = $clog2(Lanes + 1)
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 job_a_unipolar_i,
  input  logic                                 job_b_unipolar_i,
  input  logic [CountBits-1:0]                 tail_lanes_i,

  // Skewed words, one A word a row and one B word a column, each with its ones.
  input  logic [Rows-1:0]                      a_valid_i,
  input  logic [Rows-1:0][Lanes-1:0]           a_i,
  input  logic [Rows-1:0][CountBits-1:0]       a_ones_i,
  input  logic [Rows-1:0]                      first_i,
  input  logic [Rows-1:0]                      last_i,
  input  logic [Rows-1:0]                      tail_i,
  input  logic [Rows-1:0]                      negative_i,
  input  logic [Rows-1:0][3:0]                 shift_i,
  input  logic [Cols-1:0]                      b_valid_i,
  input  logic [Cols-1:0][Lanes-1:0]           b_i,
  input  logic [Cols-1:0][CountBits-1:0]       b_ones_i,

  // Shift enable of each PE, the bottom row's results, `last` in the first PE of the bottom row.
  input  logic [Cols-1:0][Rows-1:0]            drain_i,
  output logic [Cols-1:0][AccumulatorBits-1:0] result_o,
  output logic                                 last_o
);

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    for (genvar c = 0; c < Cols; c++) begin : gen_col
      logic left_valid, left_first, left_last, left_tail, left_negative, up_valid;
      logic [3:0] left_shift;
      logic [Lanes-1:0] left, up;
      logic [CountBits-1:0] left_ones, up_ones, ones;
      logic [AccumulatorBits-1:0] up_result;
      logic a_valid, first, last, tail, negative, b_valid;
      logic [3:0] shift;
      logic [Lanes-1:0] a, b;
      logic [AccumulatorBits-1:0] result;

      if (c == 0) begin : gen_left_edge
        assign left_valid    = a_valid_i[r];
        assign left          = a_i[r];
        assign left_first    = first_i[r];
        assign left_last     = last_i[r];
        assign left_tail     = tail_i[r];
        assign left_negative = negative_i[r];
        assign left_shift    = shift_i[r];
        assign left_ones     = a_ones_i[r];
      end else begin : gen_left
        assign left_valid    = gen_row[r].gen_col[c-1].a_valid;
        assign left          = gen_row[r].gen_col[c-1].a;
        assign left_first    = gen_row[r].gen_col[c-1].first;
        assign left_last     = gen_row[r].gen_col[c-1].last;
        assign left_tail     = gen_row[r].gen_col[c-1].tail;
        assign left_negative = gen_row[r].gen_col[c-1].negative;
        assign left_shift    = gen_row[r].gen_col[c-1].shift;
        assign left_ones     = gen_row[r].gen_col[c-1].ones;
      end

      if (r == 0) begin : gen_top_edge
        assign up_valid  = b_valid_i[c];
        assign up        = b_i[c];
        assign up_ones   = b_ones_i[c];
        assign up_result = '0;
      end else begin : gen_up
        assign up_valid  = gen_row[r-1].gen_col[c].b_valid;
        assign up        = gen_row[r-1].gen_col[c].b;
        assign up_ones   = gen_row[r-1].gen_col[c].ones;
        assign up_result = gen_row[r-1].gen_col[c].result;
      end

      xnorsim_pe #(
        .Lanes          (Lanes),
        .AccumulatorBits(AccumulatorBits)
      ) u_pe (
        .clk_i,
        .rst_ni,
        .job_a_unipolar_i,
        .job_b_unipolar_i,
        .tail_lanes_i,
        .a_valid_i (left_valid),
        .a_i       (left),
        .first_i   (left_first),
        .last_i    (left_last),
        .tail_i    (left_tail),
        .negative_i(left_negative),
        .shift_i   (left_shift),
        .a_ones_i  (left_ones),
        .a_valid_o (a_valid),
        .a_o       (a),
        .first_o   (first),
        .last_o    (last),
        .tail_o    (tail),
        .negative_o(negative),
        .shift_o   (shift),
        .b_valid_i (up_valid),
        .b_i       (up),
        .b_ones_i  (up_ones),
        .b_valid_o (b_valid),
        .b_o       (b),
        .ones_o    (ones),
        .drain_i   (drain_i[c][r]),
        .result_i  (up_result),
        .result_o  (result)
      );

      // Words leave the array at its right and bottom edges unused.
      if (c == Cols - 1) begin : gen_right_edge
        logic unused_right;
        assign unused_right = ^{a_valid, a, first, tail, last, negative, shift};
      end

      // Its ones left a PE to the right and below.
      if (r == Rows - 1 && c == Cols - 1) begin : gen_corner
        logic unused_ones;
        assign unused_ones = ^ones;
      end

      if (r == Rows - 1) begin : gen_bottom_edge
        logic unused_bottom;
        assign unused_bottom = ^{b_valid, b};
        assign result_o[c]   = result;
      end
    end
  end

  assign last_o = gen_row[Rows-1].gen_col[0].last;

endmodule
