// SPDX-License-Identifier: Apache-2.0
//
// Systolic array, weight stationary: A words run right, weights run down to the row that they are for,
// sums run down the columns.
//
// Parameters: Rows, Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64.
// Latency: r + c cycles from a skewed word's issue to the operand registers of PE (r, c); the sum of a
//   row issued at edge e leaves column c at edge e + Rows + c.
// Overflow: none, see xnorsim_ws_pe.
// Reference: workloads.reference.plane_product, one fold.

module xnorsim_ws_array #(
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

  // Skewed words and flags, one A word a row and one B word a column, each with its ones.
  input  logic [Rows-1:0]                      issue_i,
  input  logic [Rows-1:0]                      switch_i,
  input  logic [Rows-1:0]                      a_valid_i,
  input  logic [Rows-1:0][Lanes-1:0]           a_i,
  input  logic [Rows-1:0]                      tail_i,
  input  logic [Rows-1:0]                      negative_i,
  input  logic [Rows-1:0][3:0]                 shift_i,
  input  logic [Rows-1:0][CountBits-1:0]       a_ones_i,
  input  logic [Rows-1:0]                      capture_i,
  input  logic [Cols-1:0]                      b_valid_i,
  input  logic [Cols-1:0][Lanes-1:0]           b_i,
  input  logic [Cols-1:0][CountBits-1:0]       b_ones_i,

  output logic [Cols-1:0][AccumulatorBits-1:0] sum_o
);

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    for (genvar c = 0; c < Cols; c++) begin : gen_col
      logic left_issue, left_switch, left_a_valid, left_tail, left_negative, left_capture, up_b_valid;
      logic [3:0] left_shift;
      logic [Lanes-1:0] left_a, up_b;
      logic [CountBits-1:0] left_ones, up_ones, ones;
      logic [AccumulatorBits-1:0] up_sum, sum;
      logic issue, switch_flag, a_valid, tail, negative, capture, b_valid;
      logic [3:0] shift;
      logic [Lanes-1:0] a, b;

      if (c == 0) begin : gen_left_edge
        assign left_issue    = issue_i[r];
        assign left_switch   = switch_i[r];
        assign left_a_valid  = a_valid_i[r];
        assign left_a        = a_i[r];
        assign left_tail     = tail_i[r];
        assign left_negative = negative_i[r];
        assign left_shift    = shift_i[r];
        assign left_capture  = capture_i[r];
        assign left_ones     = a_ones_i[r];
      end else begin : gen_left
        assign left_issue    = gen_row[r].gen_col[c-1].issue;
        assign left_switch   = gen_row[r].gen_col[c-1].switch_flag;
        assign left_a_valid  = gen_row[r].gen_col[c-1].a_valid;
        assign left_a        = gen_row[r].gen_col[c-1].a;
        assign left_tail     = gen_row[r].gen_col[c-1].tail;
        assign left_negative = gen_row[r].gen_col[c-1].negative;
        assign left_shift    = gen_row[r].gen_col[c-1].shift;
        assign left_capture  = gen_row[r].gen_col[c-1].capture;
        assign left_ones     = gen_row[r].gen_col[c-1].ones;
      end

      if (r == 0) begin : gen_top_edge
        assign up_b_valid = b_valid_i[c];
        assign up_b       = b_i[c];
        assign up_ones    = b_ones_i[c];
        assign up_sum     = '0;
      end else begin : gen_up
        assign up_b_valid = gen_row[r-1].gen_col[c].b_valid;
        assign up_b       = gen_row[r-1].gen_col[c].b;
        assign up_ones    = gen_row[r-1].gen_col[c].ones;
        assign up_sum     = gen_row[r-1].gen_col[c].sum;
      end

      xnorsim_ws_pe #(
        .Lanes          (Lanes),
        .AccumulatorBits(AccumulatorBits)
      ) u_pe (
        .clk_i,
        .rst_ni,
        .job_a_unipolar_i,
        .job_b_unipolar_i,
        .tail_lanes_i,
        .issue_i   (left_issue),
        .switch_i  (left_switch),
        .a_valid_i (left_a_valid),
        .a_i       (left_a),
        .tail_i    (left_tail),
        .negative_i(left_negative),
        .shift_i   (left_shift),
        .capture_i (left_capture),
        .a_ones_i  (left_ones),
        .issue_o   (issue),
        .switch_o  (switch_flag),
        .a_valid_o (a_valid),
        .a_o       (a),
        .tail_o    (tail),
        .negative_o(negative),
        .shift_o   (shift),
        .capture_o (capture),
        .b_valid_i (up_b_valid),
        .b_i       (up_b),
        .b_ones_i  (up_ones),
        .b_valid_o (b_valid),
        .b_o       (b),
        .ones_o    (ones),
        .sum_i     (up_sum),
        .sum_o     (sum)
      );

      // Words leave the array at its right and bottom edges unused.
      if (c == Cols - 1) begin : gen_right_edge
        logic unused_right;
        assign unused_right = ^{issue, switch_flag, a_valid, a, tail, negative, shift, capture};
      end

      // Its ones left a PE to the right and below.
      if (r == Rows - 1 && c == Cols - 1) begin : gen_corner
        logic unused_ones;
        assign unused_ones = ^ones;
      end

      if (r == Rows - 1) begin : gen_bottom_edge
        logic unused_bottom;
        assign unused_bottom = ^{b_valid, b};
        assign sum_o[c]      = sum;
      end
    end
  end

endmodule
