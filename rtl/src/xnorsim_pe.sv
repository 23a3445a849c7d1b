// SPDX-License-Identifier: Apache-2.0
//
// Processing element: multiply two words of bits, add the product to a sum, pass the words on.
//
// Parameters: Lanes 1..1024, AccumulatorBits 8..64.
// Latency: 1 cycle from a_i and b_i to a_o and b_o, 2 cycles from the word with `last` to result_o.
// Overflow: none. Sums are modulo 2^AccumulatorBits, and a job whose result could exceed
//   2^(AccumulatorBits-1) - 1 is refused before it starts.
// Reference: workloads.reference.plane_product, one element.

module xnorsim_pe #(
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  localparam int unsigned CountBits = $clog2(Lanes + 1)
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,

  // Constants of the job: digits 0 and 1 instead of -1 and +1, lanes of the tail word. Tails are
  // masked where words enter, so that no pair of bits behind a tail matches.
  input  logic                       job_a_unipolar_i,
  input  logic                       job_b_unipolar_i,
  input  logic [CountBits-1:0]       tail_lanes_i,

  // From the left and to the right.
  input  logic                       a_valid_i,
  input  logic [Lanes-1:0]           a_i,
  input  logic                       first_i,
  input  logic                       last_i,
  input  logic                       tail_i,
  // Weight of the plane pair.
  input  logic                       negative_i,
  input  logic [3:0]                 shift_i,
  input  logic [CountBits-1:0]       a_ones_i,
  output logic                       a_valid_o,
  output logic [Lanes-1:0]           a_o,
  output logic                       first_o,
  output logic                       last_o,
  output logic                       tail_o,
  output logic                       negative_o,
  output logic [3:0]                 shift_o,

  // From above and downwards.
  input  logic                       b_valid_i,
  input  logic [Lanes-1:0]           b_i,
  input  logic [CountBits-1:0]       b_ones_i,
  output logic                       b_valid_o,
  output logic [Lanes-1:0]           b_o,
  // To the right or downwards, with the unipolar word of a mixed pair.
  output logic [CountBits-1:0]       ones_o,
  input  logic                       drain_i,
  input  logic [AccumulatorBits-1:0] result_i,
  output logic [AccumulatorBits-1:0] result_o
);

  // One bit more than the count: its double less lanes or ones is signed, -Lanes..Lanes.
  localparam int unsigned ValueBits = CountBits + 1;

  logic a_valid_q, b_valid_q, first_q, last_q, tail_q, negative_q;
  logic [3:0] shift_q;
  logic [Lanes-1:0] a_q, b_q;
  logic [CountBits-1:0] ones_q;
  logic [AccumulatorBits-1:0] accumulator_q, result_q;

  logic xnor_product, and_product, mixed_product;
  logic [Lanes-1:0] match;
  logic [CountBits-1:0] count, less;
  logic signed [ValueBits-1:0] value;
  logic [AccumulatorBits-1:0] addend, base, sum;

  assign xnor_product  = !job_a_unipolar_i && !job_b_unipolar_i;
  assign and_product   = job_a_unipolar_i && job_b_unipolar_i;
  assign mixed_product = job_a_unipolar_i != job_b_unipolar_i;

  assign match = xnor_product ? ~(a_q ^ b_q) : a_q & b_q;
  assign less  = mixed_product ? ones_q : tail_q ? tail_lanes_i : CountBits'(Lanes);

  xnorsim_popcount #(
    .Lanes(Lanes)
  ) u_popcount (
    .word_i (match),
    .count_o(count)
  );

  assign value  = and_product ? {1'b0, count} : {count, 1'b0} - {1'b0, less};
  // Without a word of A (a border tap, a row that is not there) the sum still begins and ends.
  assign addend = (a_valid_q && b_valid_q) ? AccumulatorBits'(value) << shift_q : '0;
  assign base   = first_q ? '0 : accumulator_q;
  assign sum    = negative_q ? base - addend : base + addend;

  if (ValueBits > AccumulatorBits) begin : gen_narrow
    logic unused_sign;
    assign unused_sign = ^value;
  end

  // Flags pass in every row, valid or not: the drain is the same for every tile.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      a_valid_q <= 1'b0;
      b_valid_q <= 1'b0;
      first_q   <= 1'b0;
      last_q    <= 1'b0;
      tail_q    <= 1'b0;
    end else begin
      a_valid_q <= a_valid_i;
      b_valid_q <= b_valid_i;
      first_q   <= first_i;
      last_q    <= last_i;
      tail_q    <= tail_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (a_valid_i) begin
      a_q        <= a_i;
      negative_q <= negative_i;
      shift_q    <= shift_i;
    end
    if (b_valid_i) b_q <= b_i;
    if (mixed_product && (job_a_unipolar_i ? a_valid_i : b_valid_i)) begin
      ones_q <= job_a_unipolar_i ? a_ones_i : b_ones_i;
    end
  end

  // A new sum may arrive at the edge after the one that emptied the register, never before it.
  always_ff @(posedge clk_i) begin
    if (b_valid_q && (a_valid_q || first_q)) accumulator_q <= sum;
    if (b_valid_q && last_q) result_q <= sum;
    else if (drain_i) result_q <= result_i;
  end

  assign a_valid_o  = a_valid_q;
  assign a_o        = a_q;
  assign first_o    = first_q;
  assign last_o     = last_q;
  assign tail_o     = tail_q;
  assign negative_o = negative_q;
  assign shift_o    = shift_q;
  assign b_valid_o  = b_valid_q;
  assign b_o        = b_q;
  assign ones_o     = ones_q;
  assign result_o   = result_q;

`ifndef SYNTHESIS
  CaptureOrDrain_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) !(last_q && drain_i));

  // Data registers hold while nothing valid comes: that is what switching is counted by.
  HoldA_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !a_valid_i |=> $stable({a_q, negative_q, shift_q}));
  HoldB_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni) !b_valid_i |=> $stable(b_q));
  HoldOnes_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !(mixed_product && (job_a_unipolar_i ? a_valid_i : b_valid_i)) |=> $stable(ones_q));
  HoldSum_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !b_valid_q || !(a_valid_q || first_q) |=> $stable(accumulator_q));
  HoldResult_A :
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   !drain_i && !(b_valid_q && last_q) |=> $stable(result_q));
`endif

endmodule
