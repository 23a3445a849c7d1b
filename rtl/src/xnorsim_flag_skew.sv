// SPDX-License-Identifier: Apache-2.0
//
// Delay the flags of a k word, and the weight of its plane pair, by r cycles for row r.
//
// One line with a tap for each row.
// Parameters: Rows 1..256. Latency: r cycles for row r, none for row 0.
// Overflow: not applicable, flags pass unchanged.
// Reference: simulator.engine.run_job, rows in z(t).

module xnorsim_flag_skew #(
  parameter int unsigned Rows = 16
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 first_i,
  input  logic                 last_i,
  input  logic                 tail_i,
  input  logic                 negative_i,
  input  logic [3:0]           shift_i,
  output logic [Rows-1:0]      first_o,
  output logic [Rows-1:0]      last_o,
  output logic [Rows-1:0]      tail_o,
  output logic [Rows-1:0]      negative_o,
  output logic [Rows-1:0][3:0] shift_o
);

  assign first_o[0]    = first_i;
  assign last_o[0]     = last_i;
  assign tail_o[0]     = tail_i;
  assign negative_o[0] = negative_i;
  assign shift_o[0]    = shift_i;

  // One line serves all rows, because flags do not depend on a row's validity. The weight only changes
  // with a word that issues, so that it holds in invalid cycles.
  if (Rows > 1) begin : gen_line
    logic [Rows-1:1] first_q, last_q, tail_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        first_q <= '0;
        last_q  <= '0;
        tail_q  <= '0;
      end else begin
        first_q <= first_o[Rows-2:0];
        last_q  <= last_o[Rows-2:0];
        tail_q  <= tail_o[Rows-2:0];
      end
    end

    assign first_o[Rows-1:1] = first_q;
    assign last_o[Rows-1:1]  = last_q;
    assign tail_o[Rows-1:1]  = tail_q;

    for (genvar r = 1; r < Rows; r++) begin : gen_weight
      logic negative_q;
      logic [3:0] shift_q;

      always_ff @(posedge clk_i) begin
        negative_q <= negative_o[r-1];
        shift_q    <= shift_o[r-1];
      end

      assign negative_o[r] = negative_q;
      assign shift_o[r]    = shift_q;
    end
  end else begin : gen_wire
    logic unused_clk, unused_rst;
    assign unused_clk = clk_i;
    assign unused_rst = rst_ni;
  end

endmodule
