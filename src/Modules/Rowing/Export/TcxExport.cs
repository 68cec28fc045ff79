using System.Globalization;
using System.Text;
using System.Xml;
using Sillage.Rowing.Records;
using Sillage.Rowing.Strokes;

namespace Sillage.Rowing.Export;

/// <summary>A workout as TCX: its start is the start, as some have got wrong.</summary>
internal static class TcxExport
{
    private const string Main = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2";
    private const string Extension = "http://www.garmin.com/xmlschemas/ActivityExtension/v2";

    public static byte[] Write(WorkoutRow row, IReadOnlyList<Stroke> strokes)
    {
        using var output = new MemoryStream();
        using (
            var xml = XmlWriter.Create(
                output,
                new XmlWriterSettings { Encoding = new UTF8Encoding(false), CheckCharacters = false }
            )
        )
        {
            xml.WriteStartElement("TrainingCenterDatabase", Main);
            xml.WriteStartElement("Activities");
            xml.WriteStartElement("Activity");
            // TCX has no word for rowing.
            xml.WriteAttributeString("Sport", row.Machine == "bike" ? "Biking" : "Other");
            xml.WriteElementString("Id", Time(row.StartedAt));
            var laps = ExportParts.Of(row);
            var next = 0;
            for (var i = 0; i < laps.Count; i++)
            {
                var end = i == laps.Count - 1 ? double.MaxValue : (laps[i].Start + laps[i].Seconds) * 1000;
                var first = next;
                while (next < strokes.Count && strokes[next].Time <= end)
                {
                    next++;
                }

                Write(xml, row, laps[i], strokes.Skip(first).Take(next - first));
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return output.ToArray();
    }

    private static void Write(XmlWriter xml, WorkoutRow row, ExportLap lap, IEnumerable<Stroke> strokes)
    {
        xml.WriteStartElement("Lap");
        xml.WriteAttributeString("StartTime", Time(row.StartedAt.AddSeconds(lap.Start)));
        xml.WriteElementString("TotalTimeSeconds", Number(lap.Seconds));
        xml.WriteElementString("DistanceMeters", Number(lap.Metres));
        xml.WriteElementString("Calories", Number(lap.Measures.Calories ?? 0));
        WriteBeats(xml, "AverageHeartRateBpm", lap.Measures.HeartRate?.Average);
        WriteBeats(xml, "MaximumHeartRateBpm", lap.Measures.HeartRate?.Maximum);
        xml.WriteElementString("Intensity", lap.IsRest ? "Resting" : "Active");
        if (lap.Measures.StrokeRate is { } rate)
        {
            xml.WriteElementString("Cadence", Number(Math.Round(rate)));
        }

        xml.WriteElementString("TriggerMethod", "Manual");
        xml.WriteStartElement("Track");
        foreach (var stroke in strokes)
        {
            Write(xml, row, stroke);
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, WorkoutRow row, in Stroke stroke)
    {
        xml.WriteStartElement("Trackpoint");
        xml.WriteElementString("Time", Time(row.StartedAt.AddMilliseconds(stroke.Time)));
        if (stroke is { Latitude: { } latitude, Longitude: { } longitude })
        {
            xml.WriteStartElement("Position");
            xml.WriteElementString("LatitudeDegrees", Number(latitude / 1e7));
            xml.WriteElementString("LongitudeDegrees", Number(longitude / 1e7));
            xml.WriteEndElement();
        }

        if (stroke.Distance is { } distance)
        {
            xml.WriteElementString("DistanceMeters", Number(distance / 100d));
        }

        WriteBeats(xml, "HeartRateBpm", stroke.HeartRate);
        if (stroke.Rate is { } rate)
        {
            xml.WriteElementString("Cadence", Number(Math.Min((rate + 5) / 10, 254)));
        }

        if (stroke.Power is { } power)
        {
            xml.WriteStartElement("Extensions");
            xml.WriteStartElement("TPX", Extension);
            xml.WriteElementString("Watts", Extension, Number((power + 5) / 10));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteBeats(XmlWriter xml, string name, int? beats)
    {
        if (beats is { } value)
        {
            xml.WriteStartElement(name);
            xml.WriteElementString("Value", Number(value));
            xml.WriteEndElement();
        }
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.#######", CultureInfo.InvariantCulture);
}
