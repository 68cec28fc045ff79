using System.Text;
using SkiaSharp;

namespace Sillage.Files.Tests;

/// <summary>Pictures to send, and what comes back looked at.</summary>
internal static class Specimens
{
    /// <summary>A JPEG of 640 × 400 with a blue lower left, taken with the camera on its side (Orientation 6), and a place in its Exif block.</summary>
    public static byte[] JpegOfACamera()
    {
        using var bitmap = new SKBitmap(640, 400);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.Red);
            using var blue = new SKPaint { Color = SKColors.Blue };
            canvas.DrawRect(0, 200, 320, 200, blue);
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return WithExif(encoded.ToArray());
    }

    public static byte[] Png(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }

    public static (int Width, int Height) SizeOf(byte[] picture)
    {
        using var bitmap = SKBitmap.Decode(picture);
        return (bitmap.Width, bitmap.Height);
    }

    /// <summary>Whether the upper left is red or blue.</summary>
    public static string TopLeftOf(byte[] picture)
    {
        using var bitmap = SKBitmap.Decode(picture);
        var color = bitmap.GetPixel(20, 20);
        return color.Blue > color.Red ? "blue" : "red";
    }

    /// <summary>Puts an APP1 segment behind the beginning (Exif 2.32, section 4.5): big-endian TIFF with one directory of two tags.</summary>
    private static byte[] WithExif(byte[] jpeg)
    {
        var place = Encoding.ASCII.GetBytes("46.2044N 6.1432E\0");
        byte[] tiff =
        [
            .. "MM\0*\0\0\0\u0008"u8,
            0,
            2,
            // ImageDescription (270), ASCII, its text behind the directory.
            0x01,
            0x0E,
            0,
            2,
            0,
            0,
            0,
            (byte)place.Length,
            0,
            0,
            0,
            38,
            // Orientation (274), SHORT, 6: the camera was turned to the right.
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            6,
            0,
            0,
            0,
            0,
            0,
            0,
            .. place,
        ];
        byte[] payload = [.. "Exif\0\0"u8, .. tiff];
        var length = payload.Length + 2;
        return [.. jpeg[..2], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. payload, .. jpeg[2..]];
    }
}
