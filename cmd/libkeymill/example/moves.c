/*
 * moves [FILE]: reads keys, a line each, and says how many Kafka would put into
 * each of 12 partitions, and which would move if there were 16.
 *
 *   cc moves.c $(pkg-config --cflags --libs keymill) -o moves
 */
#include <keymill.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLD = 12, NEW = 16 };

static void die(const char *what) {
  fprintf(stderr, "moves: %s\n", what);
  exit(1);
}

/* grown returns p with room for one more element than n, which are of that size. */
static void *grown(void *p, size_t n, size_t size) {
  if (n & (n + 1)) /* room is 1, 3, 7, 15 ... elements */
    return p;
  p = realloc(p, (2 * n + 1) * size);
  if (!p)
    die("no memory");
  return p;
}

/* read_lines makes keys of the lines: their bytes end to end, and the offset at
 * which each begins, and the last ends. */
static km_keys read_lines(FILE *file) {
  char *data = NULL, *line = NULL;
  uint32_t *offsets = grown(NULL, 0, sizeof *offsets);
  size_t size = 0, room = 0, n = 0, line_room = 0;
  ssize_t length;
  offsets[0] = 0;
  while ((length = getline(&line, &line_room, file)) >= 0) {
    if (length > 0 && line[length - 1] == '\n')
      length--;
    if (size + (size_t)length > UINT32_MAX)
      die("more than 4 GiB of keys: place them in several batches");
    if (size + (size_t)length > room) {
      room = 2 * (size + (size_t)length);
      data = realloc(data, room);
      if (!data)
        die("no memory");
    }
    if (length > 0)
      memcpy(data + size, line, (size_t)length);
    size += (size_t)length;
    n++;
    offsets = grown(offsets, n, sizeof *offsets);
    offsets[n] = (uint32_t)size;
  }
  free(line);
  return (km_keys){.data = data, .data_size = size, .offsets = offsets, .n = n};
}

int main(int argc, char **argv) {
  FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
  if (!file)
    die("the file cannot be read");
  km_keys keys = read_lines(file);

  km_error error;
  km_engine *engine;
  if (km_open("auto", 0, &engine, &error) != KM_OK)
    die(error.text);

  km_scheme now = {.name = "kafka", .partitions = OLD};
  km_scheme then = {.name = "kafka", .partitions = NEW};
  uint64_t counts[OLD], leaving[OLD], arriving[NEW];
  km_placement placement = {.counts = counts, .counts_n = OLD};
  if (km_place(engine, &keys, &now, &placement, &error) != KM_OK)
    die(error.text);

  km_moves moves = {.leaving = leaving, .leaving_n = OLD, .arriving = arriving, .arriving_n = NEW};
  if (km_plan(engine, &keys, &now, &then, &moves, &error) != KM_OK)
    die(error.text);

  printf("partition\tkeys\tleave\tarrive\n");
  for (int i = 0; i < NEW; i++) {
    unsigned long long had = i < OLD ? counts[i] : 0, leave = i < OLD ? leaving[i] : 0;
    printf("%d\t%llu\t%llu\t%llu\n", i, had, leave, (unsigned long long)arriving[i]);
  }
  printf("from %d to %d partitions %llu of %llu keys move\n", OLD, NEW, (unsigned long long)moves.moved,
         (unsigned long long)moves.keys);

  km_close(engine);
  free((void *)keys.data);
  free((void *)keys.offsets);
  if (file != stdin)
    fclose(file);
  return 0;
}
