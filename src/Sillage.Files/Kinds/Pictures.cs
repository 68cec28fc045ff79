using SkiaSharp;

namespace Sillage.Files.Kinds;

/// <summary>A picture as it is kept.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Width">In pixels, the right way up.</param>
/// <param name="Height">In pixels, the right way up.</param>
/// <param name="Thumbnail">A small one of it, in WebP.</param>
internal sealed record Picture(byte[] Bytes, string MediaType, int Width, int Height, byte[] Thumbnail);

/// <summary>
/// Encodes pictures anew, from their pixels alone: where it was taken, by what, what was cut away, and whatever else a file can hide does not
/// come along. It is turned the right way up, and only the first picture of a moving one stays.
/// </summary>
internal static class Pictures
{
    /// <summary>The longer side of a thumbnail, in pixels.</summary>
    public const int ThumbnailSide = 320;

    private const int Quality = 85;

    /// <summary>Makes the picture; null if the file is none after all, is broken, or has more pixels than allowed.</summary>
    /// <param name="file">The file as it came.</param>
    /// <param name="most">How many pixels it may have: each takes 4 bytes of memory, however small the file is.</param>
    public static Picture? TryEncode(ReadOnlyMemory<byte> file, long most)
    {
        using var data = SKData.CreateCopy(file.Span);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.Info.Width < 1 || (long)codec.Info.Width * codec.Info.Height > most)
        {
            return null;
        }

        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, codec.Info.AlphaType);
        using var decoded = new SKBitmap(info);
        // What is cut short is refused: half a picture is none that somebody meant to send.
        if (codec.GetPixels(info, decoded.GetPixels()) != SKCodecResult.Success)
        {
            return null;
        }

        using var upright = Upright(decoded, codec.EncodedOrigin);
        var (form, mediaType) = codec.EncodedFormat switch
        {
            SKEncodedImageFormat.Jpeg => (SKEncodedImageFormat.Jpeg, "image/jpeg"),
            SKEncodedImageFormat.Webp => (SKEncodedImageFormat.Webp, "image/webp"),
            _ => (SKEncodedImageFormat.Png, "image/png"),
        };
        using var encoded = upright.Encode(form, Quality);
        using var small = Shrink(upright);
        using var thumbnail = small.Encode(SKEncodedImageFormat.Webp, Quality);
        return encoded is null || thumbnail is null
            ? null
            : new Picture(encoded.ToArray(), mediaType, upright.Width, upright.Height, thumbnail.ToArray());
    }

    private static SKBitmap Shrink(SKBitmap picture)
    {
        var scale = Math.Min(1, (double)ThumbnailSide / Math.Max(picture.Width, picture.Height));
        var size = new SKImageInfo(
            Math.Max(1, (int)Math.Round(picture.Width * scale)),
            Math.Max(1, (int)Math.Round(picture.Height * scale)),
            picture.ColorType,
            picture.AlphaType
        );
        var small = new SKBitmap(size);
        picture.ScalePixels(small, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return small;
    }

    /// <summary>The eight ways to hold a camera (Exif 2.32, tag Orientation), each drawn back.</summary>
    private static SKBitmap Upright(SKBitmap picture, SKEncodedOrigin origin)
    {
        int w = picture.Width,
            h = picture.Height;
        SKMatrix? matrix = origin switch
        {
            SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, w, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, w, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new SKMatrix(0, -1, h, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, h, -1, 0, w, 0, 0, 1),
            SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, w, 0, 0, 1),
            _ => null,
        };
        if (matrix is not { } turn)
        {
            return picture;
        }

        var lies = origin >= SKEncodedOrigin.LeftTop;
        var upright = new SKBitmap(new SKImageInfo(lies ? h : w, lies ? w : h, picture.ColorType, picture.AlphaType));
        using var canvas = new SKCanvas(upright);
        canvas.Clear(SKColors.Transparent);
        canvas.SetMatrix(turn);
        canvas.DrawBitmap(picture, 0, 0, new SKSamplingOptions(SKFilterMode.Nearest));
        return upright;
    }
}
