// SPDX-License-Identifier: Apache-2.0
//
// Walk the load words of a job in their fixed order: thresholds, then B and A of each slot.
//
// A row comes plane by plane, a plane of A tap by tap. Used twice: before the port for the requests, behind
// it for the place of the data that returns.
// Parameters: Dataflow 0 or 1, TileRows >= 1 (rows of an m tile), Cols 1..256, Lanes 1..1024, AccumulatorBits 8..64, PortBits a power of two
//   8..4096, ChunkWords >= 1, PlaceWords >= ChunkWords (k words of the larger half), DimBits 1..30, WindowBits 1..DimBits,
//   AddrBits 1..64, OffsetBits: any word of a segment fits.
// Latency: 1 cycle from start_i or step_i to the next word; no cycle is lost between loads.
// Overflow: none, positions in bits have DimBits + 11 bits, slots at most 1024 = 2^10 bits.
// Reference: simulator.engine.run_job, the order of the requests.

module xnorsim_load_walker #(
  parameter int unsigned Dataflow = 0,
  parameter int unsigned TileRows = 4,
  parameter int unsigned Cols = 4,
  parameter int unsigned Lanes = 64,
  parameter int unsigned AccumulatorBits = 32,
  parameter int unsigned PortBits = 128,
  parameter int unsigned ChunkWords = 8,
  parameter int unsigned PlaceWords = 8,
  parameter int unsigned DimBits = 20,
  parameter int unsigned WindowBits = 8,
  parameter int unsigned AddrBits = 32,
  parameter int unsigned OffsetBits = 4,
  localparam int unsigned Ports = (TileRows > Cols) ? TileRows : Cols,
  localparam int unsigned RowCountBits = $clog2(TileRows + 1),
  localparam int unsigned RowBits = (Ports > 1) ? $clog2(Ports) : 1,
  localparam int unsigned PlaceBits = $clog2(PlaceWords + 1),
  localparam int unsigned ChunkBits = $clog2(ChunkWords + 1),
  localparam int unsigned ConstantBits = 3 * DimBits + 8 * WindowBits
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_i,
  input  logic [DimBits-1:0]    job_m_i,
  input  logic [DimBits-1:0]    job_n_i,
  input  logic [DimBits-1:0]    job_k_words_i,
  input  logic [DimBits-1:0]    job_tap_words_i,
  input  logic [ChunkBits-1:0]  job_chunk_words_i,
  input  logic [RowCountBits-1:0] job_tile_rows_i,
  input  logic [3:0]            job_a_planes_i,
  input  logic [3:0]            job_b_planes_i,
  input  logic                  job_thresholds_i,
  input  logic [ConstantBits-1:0] job_window_i,
  input  logic [AddrBits-1:0]   job_pixel_words_i,

  input  logic                  step_i,

  output logic                  valid_o,
  // What the word belongs to, one of the three.
  output logic                  thresholds_o,
  output logic                  b_o,
  output logic                  a_o,
  // Row of A or B in the tile; place of the segment's first k word in the half: of the row's bank, or of
  // every bank where the k words of a row of A lie side by side (weight stationary).
  output logic [RowBits-1:0]    row_o,
  output logic [PlaceBits-1:0]  place_o,
  // Of A: the pixel's first port word from that of the map; it lies outside of the map.
  output logic [AddrBits-1:0]   pixel_o,
  output logic                  void_o,
  // First port word of the segment in its row, port word in the segment.
  output logic [AddrBits-1:0]   begin_o,
  output logic [OffsetBits-1:0] offset_o,
  output logic [DimBits-1:0]    n0_o,
  // The segment's first k word in its row, its k words, those of the chunk before it.
  output logic [DimBits-1:0]    first_o,
  output logic [ChunkBits-1:0]  count_o,
  output logic [ChunkBits-1:0]  done_o,
  // The tile behind this one has another n tile, and whether this is the last of them.
  output logic                  n_last_o,
  output logic                  n_step_o,
  // Last word of a plane of a row, of the row, of the load, of the slot's loads, of the tile's loads.
  output logic                  plane_end_o,
  output logic                  row_end_o,
  output logic                  load_last_o,
  output logic                  slot_last_o,
  output logic                  tile_last_o
);

  localparam int unsigned SlotShift = $clog2(Lanes);
  localparam int unsigned ThresholdShift = $clog2(AccumulatorBits + 1);
  localparam int unsigned PortShift = $clog2(PortBits);
  localparam int unsigned PosBits = DimBits + 11;

  logic thresholds_q, b_q, a_q;
  logic [RowBits-1:0] row_q;
  logic [2:0] plane_q;
  logic [PlaceBits-1:0] place_q;
  logic [OffsetBits-1:0] offset_q;

  logic [RowCountBits-1:0] rows;
  logic [$clog2(Cols + 1)-1:0] cols;
  logic [DimBits-1:0] k0, tap_first;
  logic [ChunkBits-1:0] chunk, tap_count, tap_done;
  logic k_last, m_first, m_last, m_step, word_last, plane_last, row_last, tap_last;

  xnorsim_tile_loop #(
    .Dataflow(Dataflow), .TileRows(TileRows), .Cols(Cols), .DimBits(DimBits)
  ) u_tiles (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_m_i,
    .job_n_i,
    .job_tile_rows_i,
    .step_i   (step_i && tile_last_o),
    .valid_o,
    .n0_o,
    .rows_o   (rows),
    .cols_o   (cols),
    .m_first_o(m_first),
    .m_last_o (m_last),
    .n_last_o,
    .m_step_o (m_step),
    .n_step_o
  );

  xnorsim_chunk_loop #(.ChunkWords(ChunkWords), .DimBits(DimBits)) u_chunks (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_k_words_i,
    .job_chunk_words_i,
    .step_i  (step_i && slot_last_o),
    .k0_o    (k0),
    .chunk_o (chunk),
    .k_last_o(k_last)
  );

  // With one chunk, the operand of the outer loop stays over the tiles of the inner one, and that of the
  // inner one stays if there is only one of them.
  logic many_chunks, many_rows, many_cols;
  logic stay_a, next_thresholds, next_b;
  assign many_chunks = 32'(job_k_words_i) > 32'(job_chunk_words_i);
  assign many_rows   = 32'(job_m_i) > 32'(job_tile_rows_i);
  assign many_cols   = 32'(job_n_i) > Cols;

  // This slot loads B only; the next one thresholds, or B.
  if (Dataflow == 0) begin : gen_output_stationary
    logic unused_first;
    assign unused_first    = ^{m_first, many_rows};
    assign stay_a          = !many_chunks && (n0_o != '0);
    assign next_thresholds = job_thresholds_i && k_last && many_cols;
    assign next_b          = many_chunks || many_cols;
  end else begin : gen_weight_stationary
    logic unused_first;
    assign unused_first    = ^{m_first, many_cols};
    assign stay_a          = !many_chunks && !many_rows && (n0_o != '0);
    assign next_thresholds = job_thresholds_i && k_last && m_last;
    assign next_b          = many_chunks || m_last;
  end

  // A comes tap by tap, and again from the chunk's first tap for each plane and row.
  logic tap_step, tap_back, tap_restart, tap_mark;

  xnorsim_tap_loop #(.ChunkWords(ChunkWords), .DimBits(DimBits)) u_taps (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_tap_words_i,
    .chunk_i      (chunk),
    .k_last_i     (k_last),
    .step_i       (step_i && a_q && word_last),
    .chunk_step_i (load_last_o),
    .first_o      (tap_first),
    .count_o      (tap_count),
    .done_o       (tap_done),
    .last_o       (tap_last),
    .tap_step_o   (tap_step),
    .tap_back_o   (tap_back),
    .tap_restart_o(tap_restart),
    .tap_mark_o   (tap_mark)
  );

  // A row of A is a place of the window. The next load of A is of the same rows, of those behind them, or
  // of the job's first ones.
  logic a_row_end, a_end, same_rows, unused_tap_last;
  assign a_row_end = step_i && a_q && row_end_o;
  assign a_end     = step_i && a_q && load_last_o;
  assign same_rows = many_chunks && !(k_last && m_step);

  xnorsim_window #(
    .DimBits(DimBits), .WindowBits(WindowBits), .AddrBits(AddrBits)
  ) u_window (
    .clk_i,
    .rst_ni,
    .start_i,
    .job_window_i,
    .job_pixel_words_i,
    .place_step_i   (a_row_end),
    .place_back_i   (a_end && same_rows),
    .place_restart_i(a_end && !same_rows && m_last),
    .place_mark_i   (a_end && !same_rows),
    .tap_step_i     (tap_step),
    .tap_back_i     (tap_back),
    .tap_restart_i  (tap_restart),
    .tap_mark_i     (tap_mark),
    .tap_last_o     (unused_tap_last),
    .void_o,
    .pixel_o
  );

  // The segment: the chunk of a row of B, a tap's share of it of a row of A.
  assign first_o = a_q ? tap_first : k0;
  assign count_o = a_q ? tap_count : chunk;
  assign done_o  = a_q ? tap_done : '0;

  // The segment in bits and in port words, from the start of its row.
  logic [PosBits-1:0] begin_bit, end_bit, begin_word, last_word;
  assign begin_bit  = thresholds_q ? PosBits'(n0_o) << ThresholdShift : PosBits'(first_o) << SlotShift;
  assign end_bit    = thresholds_q ? (PosBits'(n0_o) + PosBits'(cols)) << ThresholdShift
                                   : (PosBits'(first_o) + PosBits'(count_o)) << SlotShift;
  assign begin_word = begin_bit >> PortShift;
  assign last_word  = (end_bit - 1'b1) >> PortShift;

  assign word_last   = offset_q == OffsetBits'(last_word - begin_word);
  assign plane_last  = 32'(plane_q) + 1 == 32'(b_q ? job_b_planes_i : job_a_planes_i);
  assign row_last    = 32'(row_q) + 1 == (b_q ? 32'(cols) : 32'(rows));
  assign plane_end_o = word_last && (!a_q || tap_last);
  assign row_end_o   = plane_end_o && (thresholds_q || plane_last);
  assign load_last_o = row_end_o && (thresholds_q || row_last);
  assign slot_last_o = load_last_o && (a_q || (b_q && stay_a));
  assign tile_last_o = slot_last_o && k_last;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {thresholds_q, b_q, a_q}  <= '0;
      {row_q, plane_q, place_q} <= '0;
      offset_q                  <= '0;
    end else if (start_i) begin
      {thresholds_q, b_q, a_q}  <= {job_thresholds_i, !job_thresholds_i, 1'b0};
      {row_q, plane_q, place_q} <= '0;
      offset_q                  <= '0;
    end else if (step_i) begin
      offset_q <= word_last ? '0 : offset_q + 1'b1;
      if (load_last_o) begin
        {row_q, plane_q, place_q} <= '0;
      end else if (row_end_o) begin
        row_q              <= row_q + 1'b1;
        {plane_q, place_q} <= '0;
      end else if (plane_end_o) begin
        plane_q <= plane_q + 1'b1;
        place_q <= place_q + ((Dataflow == 1 && a_q) ? PlaceBits'(job_tile_rows_i)
                                                     : PlaceBits'(job_chunk_words_i));
      end
      if (slot_last_o) begin
        thresholds_q <= next_thresholds;
        b_q          <= !next_thresholds && next_b;
        a_q          <= !next_thresholds && !next_b;
      end else if (load_last_o) begin
        {thresholds_q, b_q, a_q} <= {1'b0, thresholds_q, b_q};
      end
    end
  end

  assign thresholds_o = thresholds_q;
  assign b_o          = b_q;
  assign a_o          = a_q;
  assign row_o        = row_q;
  assign place_o      = place_q + ((Dataflow == 1 && a_q) ? PlaceBits'(row_q) : PlaceBits'(done_o));
  assign begin_o      = AddrBits'(begin_word);
  assign offset_o     = offset_q;

endmodule
