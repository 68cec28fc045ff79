using System.Buffers;
using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.Api.Formats;
using Sillage.Rowing.Strokes;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>Strokes packed and unpacked, and written as JSON.</summary>
public sealed class StrokeCodecTests
{
    private static Stroke[] Random(int seed, int count)
    {
        var random = new Random(seed);
        int? Maybe(int lowest, int highest) => random.Next(3) == 0 ? null : random.Next(lowest, highest);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new Stroke
                {
                    Time = random.Next(0, int.MaxValue),
                    Distance = Maybe(0, int.MaxValue),
                    Pace = seed % 2 == 0 ? null : Maybe(1, 400_000),
                    Rate = Maybe(1, 2550),
                    Power = i,
                    HeartRate = Maybe(1, 255),
                    Interval = Maybe(0, 10),
                    Rest = random.Next(2) == 0 ? 1 : null,
                    Latitude = Maybe(-900_000_000, 900_000_000),
                    Longitude = Maybe(-1_800_000_000, 1_800_000_000),
                    ForceCurve =
                        random.Next(2) == 0
                            ? null
                            : [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(-5, 900))],
                }),
        ];
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 7)]
    [InlineData(4, 8)]
    [InlineData(5, 1000)]
    public void What_is_packed_comes_out_again(int seed, int count)
    {
        var strokes = Random(seed, count);
        var unpacked = new List<Stroke>();
        StrokeCodec.Unpack(StrokeCodec.Pack(strokes), unpacked);
        unpacked.Count.ShouldBe(count);
        for (var i = 0; i < count; i++)
        {
            (unpacked[i] with { ForceCurve = null }).ShouldBe(strokes[i] with { ForceCurve = null });
            unpacked[i].ForceCurve.ShouldBe(strokes[i].ForceCurve);
        }
    }

    [Fact]
    public void A_stroke_of_a_monitor_takes_few_bytes()
    {
        var strokes = Enumerable
            .Range(0, 10_000)
            .Select(i => new Stroke
            {
                Time = i * 2100,
                Distance = i * 970,
                Pace = 120_000 + (i % 7 * 300),
                Rate = 260 + (i % 3),
                HeartRate = 150 + (i % 5),
            })
            .ToArray();
        StrokeCodec.Pack(strokes).Length.ShouldBeLessThan(10_000 * 10);
    }

    [Fact]
    public void Damaged_bytes_are_an_error_and_nothing_worse()
    {
        var packed = StrokeCodec.Pack(Random(7, 50));
        var random = new Random(11);
        for (var round = 0; round < 5000; round++)
        {
            var damaged = packed[..random.Next(packed.Length + 1)];
            for (var i = 0; i < 3 && damaged.Length > 0; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                StrokeCodec.Unpack(damaged, []);
            }
            catch (Exception e) when (e is InvalidDataException or OverflowException)
            {
                // That is how it is told.
            }
        }
    }

    [Fact]
    public void Json_says_what_is_kept()
    {
        foreach (var stroke in Random(5, 500))
        {
            var output = new ArrayBufferWriter<byte>();
            StrokeJson.Write(output, stroke);
            var text = Encoding.UTF8.GetString(output.WrittenSpan);
            var read = Stroke.Of(JsonSerializer.Deserialize<SentStroke>(text, Json.Options)!);
            (read with { ForceCurve = null }).ShouldBe(stroke with { ForceCurve = null }, text);
            (read.ForceCurve ?? []).ShouldBe(stroke.ForceCurve ?? []);
        }
    }
}
