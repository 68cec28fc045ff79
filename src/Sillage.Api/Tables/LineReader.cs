namespace Sillage.Api.Tables;

/// <summary>Reads lines: NDJSON.</summary>
/// <param name="stream">What is read; the reader disposes of it.</param>
/// <param name="maximumRecord">How many bytes a line may have.</param>
public sealed class LineReader(Stream stream, int maximumRecord) : RecordReader(stream, maximumRecord)
{
    /// <inheritdoc />
    protected override string Advice => "Each line is to be one JSON object; mend or remove this one.";

    /// <inheritdoc />
    protected override bool IsBlank => Raw.IndexOfAnyExcept(" \t\r"u8) < 0;

    /// <inheritdoc />
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
