// SPDX-License-Identifier: Apache-2.0
//
// Delay what runs along with a row of A, weight stationary: by r cycles for array row r.
//
// One line with a tap for each row. A preload takes the rows one after the other, so that the flag which
// tells a row that its weight arrives comes two cycles later from row to row.
// Parameters: Rows 1..256. Latency: r cycles for row r (2r for capture_o), none for row 0.
// Overflow: not applicable, flags pass unchanged.
// Reference: simulator.engine.run_job, rows in z(t).

module xnorsim_ws_flags #(
  parameter int unsigned Rows = 16
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 issue_i,
  input  logic                 switch_i,
  input  logic                 negative_i,
  input  logic [3:0]           shift_i,
  // The first word of a preload.
  input  logic                 preload_i,
  output logic [Rows-1:0]      issue_o,
  output logic [Rows-1:0]      switch_o,
  output logic [Rows-1:0]      negative_o,
  output logic [Rows-1:0][3:0] shift_o,
  output logic [Rows-1:0]      capture_o
);

  assign issue_o[0]    = issue_i;
  assign switch_o[0]   = switch_i;
  assign negative_o[0] = negative_i;
  assign shift_o[0]    = shift_i;
  assign capture_o[0]  = preload_i;

  for (genvar r = 1; r < Rows; r++) begin : gen_row
    logic issue_q, switch_q, negative_q, between_q, capture_q;
    logic [3:0] shift_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        {issue_q, switch_q, between_q, capture_q} <= '0;
      end else begin
        issue_q   <= issue_o[r-1];
        switch_q  <= switch_o[r-1];
        between_q <= capture_o[r-1];
        capture_q <= between_q;
      end
    end

    always_ff @(posedge clk_i) begin
      if (issue_o[r-1]) begin
        negative_q <= negative_o[r-1];
        shift_q    <= shift_o[r-1];
      end
    end

    xnorsim_hold #(.Width(5)) u_hold (
      .clk_i, .rst_ni, .load_i(issue_o[r-1]), .data_i({negative_q, shift_q})
    );

    assign issue_o[r]    = issue_q;
    assign switch_o[r]   = switch_q;
    assign negative_o[r] = negative_q;
    assign shift_o[r]    = shift_q;
    assign capture_o[r]  = capture_q;
  end

  if (Rows == 1) begin : gen_wire
    logic unused_clk, unused_rst;
    assign unused_clk = clk_i;
    assign unused_rst = rst_ni;
  end

endmodule
