using QRCoder;

namespace Kith.Node.Api;

/// <summary>QR codes as SVG text, ISO/IEC 18004, error correction level M. No drawing library is used.</summary>
public static class QrCode
{
    /// <summary>The most that one code holds at level M, in bytes (version 40).</summary>
    public const int MaxBytes = 2331;

    private const int PixelsPerModule = 4;

    /// <summary>The code of a text of at most <see cref="MaxBytes"/> bytes.</summary>
    public static string Svg(string text)
    {
        using var data = Modules(text);
        using var svg = new SvgQRCode(data);
        return svg.GetGraphic(PixelsPerModule, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }

    /// <summary>The code's modules with the quiet zone.</summary>
    public static QRCodeData Modules(string text)
    {
        using var generator = new QRCodeGenerator();
        return generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
    }
}
