using System.Xml;
using Sillage.Rowing.Records;

namespace Sillage.Rowing.Files;

/// <summary>Finds out what an XML file is by its first element, and has it read.</summary>
internal static class XmlReading
{
    public static FileContent Read(byte[] bytes, FileHints hints)
    {
        var form = "xml";
        var findings = new Findings();
        var sessions = new List<TrackBuilder>();
        try
        {
            using var xml = XmlPoints.Open(bytes);
            xml.MoveToContent();
            switch (xml.LocalName)
            {
                case "TrainingCenterDatabase":
                    form = "tcx";
                    new TcxReader(xml, sessions, findings).Read();
                    break;
                case "gpx":
                    form = "gpx";
                    new GpxReader(xml, sessions, findings).Read();
                    break;
                default:
                    return FileContent.Failed(form, $"'{XmlPoints.Cut(xml.LocalName)}' is neither TCX nor GPX.");
            }
        }
        catch (XmlException e)
        {
            if (sessions.All(session => session.IsEmpty))
            {
                return FileContent.Failed(form, $"Not XML that is read here, at line {e.LineNumber}: {Reason(e)}");
            }

            findings.Add("file-cut", $"It ends or breaks at line {e.LineNumber}. What comes before is kept.");
        }

        List<WorkoutDraft> workouts = [];
        foreach (var session in sessions)
        {
            if (session.Make(form == "tcx" ? Source.Tcx : Source.Gpx, hints, findings) is { } workout)
            {
                workouts.Add(workout);
            }
        }

        return workouts.Count == 0
            ? new FileContent(form, [], findings.ToList(), "There is no session with a time in it.")
            : new FileContent(form, workouts, findings.ToList());
    }

    // What the framework says quotes the file, which may be anything.
    private static string Reason(XmlException e) =>
        e.Message.Contains("DTD", StringComparison.Ordinal) ? "a document type is refused." : "it is not well formed.";
}
