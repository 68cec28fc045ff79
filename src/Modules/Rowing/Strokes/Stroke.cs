using System.ComponentModel.DataAnnotations;

namespace Sillage.Rowing.Strokes;

/// <summary>A stroke as it is sent and shown. What was not measured is not there.</summary>
/// <param name="Time">Seconds since the session began, rest included.</param>
/// <param name="Distance">Metres since the session began, rest included.</param>
/// <param name="Pace">Seconds for 500 m.</param>
/// <param name="Rate">Strokes a minute; 0 means none.</param>
/// <param name="Power">Watts.</param>
/// <param name="HeartRate">Beats a minute; 0 and 255 mean none.</param>
/// <param name="DriveLength">Metres.</param>
/// <param name="DriveTime">Seconds.</param>
/// <param name="RecoveryTime">Seconds.</param>
/// <param name="ForceCurve">The force over the drive, newtons at equal distances, at most 256.</param>
/// <param name="Interval">Which interval it belongs to, from 0; found by its time where it is not said.</param>
/// <param name="Rest">Whether it was rowed in a rest.</param>
/// <param name="Latitude">Degrees north.</param>
/// <param name="Longitude">Degrees east.</param>
public sealed record SentStroke(
    [property: Range(0d, 604_800d)] double Time,
    [property: Range(0d, 10_000_000d)] double? Distance = null,
    [property: Range(0d, 36_000d)] double? Pace = null,
    [property: Range(0d, 255d)] double? Rate = null,
    [property: Range(0d, 10_000d)] double? Power = null,
    [property: Range(0, 255)] int? HeartRate = null,
    [property: Range(0d, 10d)] double? DriveLength = null,
    [property: Range(0d, 60d)] double? DriveTime = null,
    [property: Range(0d, 600d)] double? RecoveryTime = null,
    [property: MaxLength(256)] IReadOnlyList<int>? ForceCurve = null,
    [property: Range(0, 10_000)] int? Interval = null,
    bool? Rest = null,
    [property: Range(-90d, 90d)] double? Latitude = null,
    [property: Range(-180d, 180d)] double? Longitude = null
);

/// <summary>A stroke as it is kept: whole numbers of fixed units, null for what was not measured.</summary>
internal record struct Stroke
{
    /// <summary>Milliseconds since the session began.</summary>
    public int Time { get; set; }

    /// <summary>Centimetres since the session began.</summary>
    public int? Distance { get; set; }

    /// <summary>Milliseconds for 500 m.</summary>
    public int? Pace { get; set; }

    /// <summary>Tenths of a stroke a minute.</summary>
    public int? Rate { get; set; }

    /// <summary>Tenths of a watt.</summary>
    public int? Power { get; set; }

    public int? HeartRate { get; set; }

    /// <summary>Millimetres.</summary>
    public int? DriveLength { get; set; }

    /// <summary>Milliseconds.</summary>
    public int? DriveTime { get; set; }

    /// <summary>Milliseconds.</summary>
    public int? RecoveryTime { get; set; }

    public int? Interval { get; set; }

    /// <summary>1 if it was rowed in a rest, else null.</summary>
    public int? Rest { get; set; }

    /// <summary>Ten-millionths of a degree.</summary>
    public int? Latitude { get; set; }

    /// <summary>Ten-millionths of a degree.</summary>
    public int? Longitude { get; set; }

    public int[]? ForceCurve { get; set; }

    public readonly bool IsRest => Rest is 1;

    /// <summary>The stroke that was sent, with null for every way of saying "none".</summary>
    public static Stroke Of(SentStroke sent) =>
        new()
        {
            Time = Scale(sent.Time, 1000)!.Value,
            Distance = Scale(sent.Distance, 100),
            Pace = Some(Scale(sent.Pace, 1000)),
            Rate = Some(Scale(sent.Rate, 10)),
            Power = Scale(sent.Power, 10),
            HeartRate = Beats(sent.HeartRate),
            DriveLength = Some(Scale(sent.DriveLength, 1000)),
            DriveTime = Some(Scale(sent.DriveTime, 1000)),
            RecoveryTime = Some(Scale(sent.RecoveryTime, 1000)),
            Interval = sent.Interval,
            Rest = sent.Rest is true ? 1 : null,
            Latitude = Scale(sent.Latitude, 1e7),
            Longitude = Scale(sent.Longitude, 1e7),
            ForceCurve = sent.ForceCurve is { Count: > 0 } curve ? [.. curve] : null,
        };

    /// <summary>A number in a smaller unit, rounded; null for what is none, not finite or beyond every measure.</summary>
    public static int? Scale(double? value, double factor) =>
        value is { } number && double.IsFinite(number) && Math.Abs(number * factor) <= int.MaxValue
            ? (int)Math.Round(number * factor, MidpointRounding.AwayFromZero)
            : null;

    /// <summary>The value, unless it is 0 and so means none.</summary>
    public static int? Some(int? value) => value is > 0 ? value : null;

    /// <summary>A heart rate, unless it is one of the two that mean none.</summary>
    public static int? Beats(int? value) => value is > 0 and < 255 ? value : null;
}
