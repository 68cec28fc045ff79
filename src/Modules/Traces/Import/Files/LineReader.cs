namespace Sillage.Traces.Import.Files;

/// <summary>Reads lines: NDJSON.</summary>
internal sealed class LineReader(Stream stream, int maximumRecord) : RecordReader(stream, maximumRecord)
{
    protected override string Advice => "Each line is to be one JSON object; mend or remove this one.";

    protected override bool IsBlank => Raw.IndexOfAnyExcept(" \t\r"u8) < 0;

    protected override bool TryParse(ReadOnlySpan<byte> text, bool atEnd, out int length, out int total)
    {
        length = text.IndexOf((byte)'\n');
        if (length < 0)
        {
            length = total = text.Length;
            return atEnd;
        }

        total = length + 1;
        length -= length > 0 && text[length - 1] == '\r' ? 1 : 0;
        return true;
    }
}
