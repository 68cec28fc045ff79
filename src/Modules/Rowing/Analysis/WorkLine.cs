using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Analysis;

/// <summary>The work of a session on one line, rests taken out: at each stroke, how long and how far.</summary>
internal sealed class WorkLine
{
    private readonly List<(double Seconds, double Metres, double Length, Stroke Stroke)> _points = [];

    public WorkLine(IReadOnlyList<Stroke> strokes)
    {
        var (seconds, metres) = (0d, 0d);
        foreach (var (stroke, milliseconds, centimetres) in Derivation.Work(strokes))
        {
            seconds += milliseconds / 1000d;
            metres += centimetres / 100d;
            _points.Add((seconds, metres, milliseconds / 1000d, stroke));
        }
    }

    public bool IsEmpty => _points.Count == 0;

    public double Seconds => IsEmpty ? 0 : _points[^1].Seconds;

    public double Metres => IsEmpty ? 0 : _points[^1].Metres;

    /// <summary>When a distance was reached.</summary>
    public double TimeAt(double metres) => At(metres, p => p.Metres, p => p.Seconds);

    /// <summary>How far it was at a time.</summary>
    public double DistanceAt(double seconds) => At(seconds, p => p.Seconds, p => p.Metres);

    /// <summary>The strokes between two times, each with how long it lasted.</summary>
    public IEnumerable<(Stroke Stroke, double Seconds)> Between(double from, double to)
    {
        // There may be thousands of splits of ten thousands of strokes: each finds its first.
        var (low, high) = (0, _points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _points[middle].Seconds <= from ? (middle + 1, high) : (low, middle);
        }

        for (; low < _points.Count && _points[low].Seconds <= to; low++)
        {
            yield return (_points[low].Stroke, _points[low].Length);
        }
    }

    /// <summary>All strokes, each with how long it lasted.</summary>
    public IEnumerable<(Stroke Stroke, double Seconds)> All => _points.Select(p => (p.Stroke, p.Length));

    private double At(
        double value,
        Func<(double Seconds, double Metres, double Length, Stroke Stroke), double> along,
        Func<(double Seconds, double Metres, double Length, Stroke Stroke), double> measure
    )
    {
        var (low, high) = (0, _points.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = along(_points[middle]) < value ? (middle + 1, high) : (low, middle);
        }

        var (x0, y0) = low == 0 ? (0, 0) : (along(_points[low - 1]), measure(_points[low - 1]));
        var (x1, y1) = (along(_points[low]), measure(_points[low]));
        return x1 <= x0 ? y1 : y0 + (Math.Min((value - x0) / (x1 - x0), 1) * (y1 - y0));
    }
}
