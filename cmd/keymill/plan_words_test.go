package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// wordRows are rows of few keys: one has a blank in it, one is empty, and one does not print.
const wordRows = "a\t5\na\t7\nb\t1\nc\t4\nd d\t1\n\t1\n\xff\t1\n"

func TestHotWords(t *testing.T) {
	file := write(t, "x.tsv", wordRows)
	require.Equal(t, `7 rows of 6 distinct keys; kafka, 4 partitions, by keys
The heaviest key has 2 of the 7 rows: 28.57 %.
Largest useful number of partitions: 4. With more the fullest one still has this key.

   key     rows   of all  partition  of the partition  salted, on
1  a          2  28.57 %          0           50.00 %           2
2  ""         1  14.29 %          1          100.00 %           3
3  b          1  14.29 %          0           25.00 %           4
4  c          1  14.29 %          2          100.00 %           4
5  d d        1  14.29 %          0           25.00 %           3
6  "\xff"     1  14.29 %          3          100.00 %           4
No other key has any.

                  isolated: fullest  max/mean  of the others  salted: fullest  max/mean
as it is                          4     2.286                               4     2.286
the heaviest key                  2     1.429          1.600                3     1.714
the 2 heaviest                    2     1.714          2.000                3     1.714
the 3 heaviest                    2     2.000          1.333                3     1.714
the 4 heaviest                    2     2.286          2.000                3     1.714
the 5 heaviest                    2     2.571          4.000                3     1.714
the 6 heaviest                    2     2.857          0.000                3     1.714
isolated: each on one more partition, of its own; of the others: max/mean of the 4 partitions that remain for all other keys
salted: the rows of each dealt round robin to 8 keys, KEY#0 to KEY#7
`, done(t, "", "plan", "hot", "--scheme", "kafka", "--partitions", "4", file))
	require.Equal(t, `7 rows of 6 distinct keys; maglev-envoy, 2 partitions, by weight
The heaviest key has a weight of 12 of 20: 60.00 %.
Largest useful number of partitions: 2. With more the fullest one still has this key.

   key  weight   of all  partition  of the partition
1  a        12  60.00 %          0           66.67 %
2  c         4  20.00 %          0           22.22 %
No other key has more than 1.

                  isolated: fullest  max/mean  of the others
as it is                         18     1.800
the heaviest key                 12     1.800          1.500
the 2 heaviest                   12     2.400          1.000
isolated: each on one more partition, of its own; of the others: max/mean of the 2 partitions that remain for all other keys
The members of maglev-envoy are node-0, node-1 and so on, of equal weight, for --nodes names none.
`, done(t, "", "plan", "hot", "--scheme", "maglev", "--partitions", "2", "--by", "weight", "--weights", "--top", "2", "--salt", "0", file))
}

func TestSplitWords(t *testing.T) {
	require.Equal(t, `7 rows in 3 ranges, by keys
The fullest range has 3 rows: max/mean 1.286. Whatever the boundaries, it has 3 at least.

range  rows  bytes  weight   of all  from
    0     3      5      13  42.86 %  (the first key)
    1     2      4       5  28.57 %  b
    2     2      6       2  28.57 %  d
`, done(t, "", "plan", "split", "--parts", "3", "--weights", write(t, "x.tsv", wordRows)))
}

func TestCapacityWords(t *testing.T) {
	file := write(t, "x.tsv", wordRows)
	require.Equal(t, `12 nodes: the fullest has 2 rows, 66.7 % of what it may have.
When any one rack is lost, the fullest of those that are left has 3 at most, 100.0 %.
Fewer than 6 cannot hold it all when a rack is lost. All from there to 11 were tried, and are not enough.
A node may have 3 rows of this stream: of a limit of 5, 80 % are used, and there will be 1.25 times as much.
7 rows; jump, by keys

nodes  fullest  of limit  max/mean  worst rack lost  left  fullest  of limit
    6        3   100.0 %     2.571  0                   3        4   133.3 %  too full
    7        2    66.7 %     2.000  0                   3        4   133.3 %  too full
    8        2    66.7 %     2.286  0                   4        4   133.3 %  too full
    9        2    66.7 %     2.571  0                   4        4   133.3 %  too full
   10        2    66.7 %     2.857  0                   5        4   133.3 %  too full
   11        2    66.7 %     3.143  0                   5        4   133.3 %  too full
   12        2    66.7 %     3.429  0                   6        3   100.0 %  fits
   13        2    66.7 %     3.714  0                   6        3   100.0 %  fits
   14        2    66.7 %     4.000  0                   7        2    66.7 %  fits
   15        2    66.7 %     4.286  0                   7        2    66.7 %  fits
   16        2    66.7 %     4.571  0                   8        2    66.7 %  fits
(5 numbers more in --json)
`, done(t, "", "plan", "capacity", "--scheme", "jump", "--limit", "5", "--fill", "0.8", "--growth", "1.25", "--racks", "2", file))
	require.Contains(t, done(t, "", "plan", "capacity", "--scheme", "rendezvous", "--limit", "3", file),
		"The members of rendezvous are node-0, node-1 and so on")
	require.Regexp(t, `^9 nodes: the fullest has 1 row, 100.0 %.*
Fewer than 6 cannot hold it all. All from there to 8 were tried, and are not enough.
Beware: 10 nodes are not enough, though 9 are.
`, done(t, "a\nb\nc\nd d\n\n\xff\n", "plan", "capacity", "--scheme", "kafka", "--limit", "1", "--try", "6,7,8,9,10"))
}
