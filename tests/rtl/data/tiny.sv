// SPDX-License-Identifier: Apache-2.0
// A counter: the smallest design that the runner's tests can build.
module tiny #(
  parameter int unsigned Width = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  output logic [Width-1:0] count_o
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_o <= '0;
    else count_o <= count_o + 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if ($test$plusargs("die")) $fatal(1, "asked to die");
  end

endmodule
